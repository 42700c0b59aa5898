"""The parts of the OpenAPI document that FastAPI cannot know."""

import json
from http import HTTPStatus
from typing import Any

from routers.errors import PROBLEM_MEDIA_TYPE, Problem

REFERENCE = "#/components/schemas/{model}"

_WHY = {
    400: "The body is not well-formed JSON.",
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
_HEADERS = {
    "Allow": "The methods that this path offers.",
    "Cache-Control": "Answers are the owner's alone and must not be stored.",
    "ETag": "The state of the row: its version, quoted.",
    "Location": "Where the new row is.",
    "Retry-After": "Seconds to wait before another try.",
    "WWW-Authenticate": "How to say who asks.",
    "X-Content-Type-Options": "Always `nosniff`.",
    "X-Request-ID": "The name of this exchange, as sent or made here.",
}
_ALWAYS = ("Cache-Control", "X-Content-Type-Options", "X-Request-ID")

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Only if the row is in one of these states: entity tags, or `*` for any.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH = {
    **IF_MATCH,
    "name": "If-None-Match",
    "description": "Only if the row is in none of these states: entity tags, or `*` for any.",
}


def headers(*names: str) -> dict[str, Any]:
    """References to described headers, for a response."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation, each as a problem."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}}
    special = {401: headers("WWW-Authenticate"), 503: headers("Retry-After")}
    return {
        status: {
            "description": _WHY.get(status, HTTPStatus(status).phrase),
            "content": content,
            "headers": special.get(status, {}),
        }
        for status in statuses
    }


def complete(document: dict[str, Any]) -> None:
    """Add what every answer has: the problem's schema, and the headers common to all."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=REFERENCE, mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["schemas"] = dict(sorted(schemas.items()))
    for name, schema in schemas.items():
        _keep_whole(schema)
        _drop_echoes({name: schema, **schema.get("properties", {})})
    components["headers"] = {
        name: {"description": description, "schema": {"type": "string"}}
        for name, description in _HEADERS.items()
    }
    document["paths"] = dict(sorted(document["paths"].items()))
    for operations in document["paths"].values():
        for operation in operations.values():
            _drop_echoes({each["name"]: each["schema"] for each in operation.get("parameters", ())})
            operation["responses"] = dict(sorted(operation["responses"].items()))
            for response in operation["responses"].values():
                response["headers"] = {**headers(*_ALWAYS), **response.get("headers", {})}
        if content := operations.get("patch", {}).get("requestBody", {}).get("content"):
            content["application/merge-patch+json"] = content["application/json"]


def _keep_whole(schema: dict[str, Any]) -> None:
    """Write the bounds of integers as integers; FastAPI makes floats of them."""
    for name, part in schema.items():
        if isinstance(part, float) and part.is_integer() and schema.get("type") == "integer":
            schema[name] = int(part)
        for deeper in part if isinstance(part, list) else [part]:
            if isinstance(deeper, dict):
                _keep_whole(deeper)


def _drop_echoes(schemas: dict[str, dict[str, Any]]) -> None:
    """Drop each title that only repeats its name: generated clients begin their comments with it."""
    for name, schema in schemas.items():
        if schema.get("title") in {name, name.replace("_", " ").title()}:
            del schema["title"]


def document_text(document: dict[str, Any]) -> str:
    """The document as it is served and committed, byte for byte."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
