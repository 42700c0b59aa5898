"""The parts of the OpenAPI document that FastAPI cannot know."""

import json
from http import HTTPStatus
from operator import itemgetter
from typing import Any

from routers.api.validation_errors import Violation
from routers.exceptions import PROBLEM_MEDIA_TYPE, InvalidRequest, Problem, problem_text
from routers.openapi.examples import give_examples
from routers.openapi.links import link
from routers.queries.preconditions import LONGEST_LIST

REFERENCE = "#/components/schemas/{model}"

_WHY = {
    400: "The request, or the JSON in its body, is not well-formed.",
    401: "Nobody's request: no owner, or not a valid one.",
    404: "No such row in the owner's scope.",
    409: "Another row, or this one's past, stands against it.",
    412: "The row is not in the state that `If-Match` or `If-None-Match` asks for.",
    413: "The body is larger than this server takes.",
    415: "The body is not declared as JSON.",
    422: "The request is not what this document says.",
    500: "A fault of this server.",
    503: "The database is not available at the moment.",
}
_HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Cache-Control": (
        "Answers are the owner's alone and must not be stored.",
        {"const": "private, no-store"},
    ),
    "ETag": (
        "The state of the row: its version, quoted.",
        {"pattern": '^"[1-9][0-9]{0,9}"$', "maxLength": 12, "examples": ['"1"']},
    ),
    "Location": ("Where the new row is.", {"format": "uri-reference", "maxLength": 2048}),
    "Retry-After": (
        "Seconds to wait before another try.",
        {"pattern": "^[1-9][0-9]{0,4}$", "maxLength": 5, "examples": ["1"]},
    ),
    "WWW-Authenticate": ("How to say who asks.", {"pattern": "^[ -~]+$", "maxLength": 1024}),
    "X-Content-Type-Options": ("Always `nosniff`.", {"const": "nosniff"}),
    "X-Request-ID": (
        "The name of this exchange, as sent or made here.",
        {"pattern": "^[A-Za-z0-9._-]{1,128}$", "maxLength": 128},
    ),
}
_ALWAYS = ("Cache-Control", "X-Content-Type-Options", "X-Request-ID")

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Only if the row is in one of these states: entity tags, or `*` for any.",
    # Any value that a header may have: what is no entity tag is answered with 412, not refused.
    "schema": {
        "type": "string",
        "pattern": r"^[^\u0000-\u0008\u000a-\u001f\u007f]*$",
        "maxLength": LONGEST_LIST,
        "examples": ['"1"'],
    },
}
IF_NONE_MATCH = {
    **IF_MATCH,
    "name": "If-None-Match",
    "description": "Only if the row is in none of these states: entity tags, or `*` for any.",
}

HERE = {
    "url": "",
    "description": "Where this document is served, be that local, staging or production.",
    "x-internal": False,
}
"""The server of every document. Not "/": clients would join that to `//path`."""


def headers(*names: str) -> dict[str, Any]:
    """References to described headers, for a response."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation, each as a problem."""
    special = {401: headers("WWW-Authenticate"), 503: headers("Retry-After")}
    return {
        status: {
            "description": _WHY.get(status, f"{HTTPStatus(status).phrase}, as the problem says."),
            "content": {PROBLEM_MEDIA_TYPE: _problem(status)},
            "headers": special.get(status, {}),
        }
        for status in statuses
    }


def _problem(status: int) -> dict[str, Any]:
    detail = _WHY.get(status, "The request cannot be carried out.")
    wrong = Violation(parameter="limit", detail="This must be an integer.")
    errors = [wrong] if status == InvalidRequest.status else None
    example = json.loads(problem_text(status, detail, "9e0d072e12264ad6989eac732872ac38", errors))
    return {"schema": {"$ref": REFERENCE.format(model="Problem")}, "example": example}


def complete(document: dict[str, Any]) -> None:
    """Add what every answer has, the problem's schema and the common headers, then where each leads."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=REFERENCE, mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["schemas"] = dict(sorted(schemas.items()))
    for name, schema in schemas.items():
        _drop_echoes({name: schema, **schema.get("properties", {})})
    components["headers"] = {
        name: {"description": description, "required": True, "schema": {"type": "string", **schema}}
        for name, (description, schema) in _HEADERS.items()
    }
    document.get("tags", []).sort(key=itemgetter("name"))
    document["paths"] = dict(sorted(document["paths"].items()))
    for operations in document["paths"].values():
        for operation in operations.values():
            _drop_echoes({each["name"]: each["schema"] for each in operation.get("parameters", ())})
            operation["responses"] = dict(sorted(operation["responses"].items()))
            for response in operation["responses"].values():
                response["headers"] = {**headers(*_ALWAYS), **response.get("headers", {})}
        if content := operations.get("patch", {}).get("requestBody", {}).get("content"):
            content["application/merge-patch+json"] = content["application/json"]
    link(document["paths"])
    _complete_integers(document)
    give_examples(document)


def _complete_integers(schema: dict[str, Any], *, named: bool = False) -> None:
    """Write the bounds of integers as integers, of which FastAPI makes floats; say how wide they are."""
    if schema.get("type") == "integer":
        for name, part in schema.items():
            if isinstance(part, float) and part.is_integer():
                schema[name] = int(part)
        bounds = [schema.get(name, 2**63) for name in ("minimum", "maximum")]
        schema["format"] = "int32" if all(-(2**31) <= bound < 2**31 for bound in bounds) else "int64"
    for name, part in schema.items():
        for deeper in part if isinstance(part, list) else [part]:
            # Those are values, but for members of that name.
            if isinstance(deeper, dict) and (named or name not in {"default", "example", "examples"}):
                _complete_integers(deeper, named=name == "properties")


def _drop_echoes(schemas: dict[str, dict[str, Any]]) -> None:
    """Drop each title that only repeats its name: generated clients begin their comments with it."""
    for name, schema in schemas.items():
        if schema.get("title") in {name, name.replace("_", " ").title()}:
            del schema["title"]


def document_text(document: dict[str, Any]) -> str:
    """The document as it is served and committed, byte for byte."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
