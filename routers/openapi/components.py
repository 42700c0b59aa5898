"""Reusable parts of the OpenAPI document: headers, parameters, error responses."""

import json
from typing import Any

from routers.exceptions import InvalidRequest
from routers.schemas.field_formats import MAX_ETAG_LIST_LENGTH
from routers.schemas.media_types import ACCEPT_PATCH, PATCH_MEDIA_TYPES
from routers.schemas.problem import PROBLEM_MEDIA_TYPE, Violation, problem_json, title

SCHEMA_REFERENCE = "#/components/schemas/{model}"

_DESCRIPTIONS = {
    400: "The request or the JSON in its body is malformed.",
    401: "The request has no valid owner.",
    404: "The owner has no such resource.",
    408: "The request did not arrive in time.",
    409: "The change conflicts with another resource or with a write-once member.",
    412: "The resource does not meet `If-Match` or `If-None-Match`.",
    413: "The body exceeds the size limit.",
    415: "The body is not declared as JSON.",
    422: "The request does not match this document.",
    431: "The request line, headers and trailers exceed the size limit.",
    500: "An error of this server.",
    503: "The server or its database is temporarily unavailable.",
}
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Accept-Encoding": (
        "The content codings of bodies, if the request had another one.",
        {"const": "identity"},
    ),
    ACCEPT_PATCH: ("The media types of a PATCH.", {"const": PATCH_MEDIA_TYPES}),
    "Cache-Control": (
        "Responses are private to the owner and must not be stored.",
        {"const": "private, no-store"},
    ),
    "ETag": (
        "The version of the resource, quoted.",
        {"pattern": '^"[1-9][0-9]{0,9}"$', "maxLength": 12, "examples": ['"1"']},
    ),
    "Location": ("The URL of the new resource.", {"format": "uri-reference", "maxLength": 2048}),
    "Retry-After": (
        "The number of seconds to wait before a retry.",
        {"pattern": "^[1-9][0-9]{0,4}$", "maxLength": 5, "examples": ["1"]},
    ),
    "WWW-Authenticate": ("How to identify the owner.", {"pattern": "^[ -~]+$", "maxLength": 1024}),
    "X-Content-Type-Options": ("Always `nosniff`.", {"const": "nosniff"}),
    "X-Request-ID": (
        "The id of the request: the client's, or a generated one.",
        {"pattern": "^[A-Za-z0-9._-]{1,128}$", "maxLength": 128},
    ),
}
OPTIONAL_HEADERS = ("Accept-Encoding",)
"""Headers that a response need not have."""

COMMON_HEADERS = ("Cache-Control", "X-Content-Type-Options", "X-Request-ID")
"""The headers of every response."""

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Proceed only if the resource has one of these ETags, or `*` for any.",
    # Any header value is valid: what is no entity tag leads to 412, not to 422.
    "schema": {
        "type": "string",
        "pattern": r"^[^\u0000-\u0008\u000a-\u001f\u007f]*$",
        "maxLength": MAX_ETAG_LIST_LENGTH,
        "examples": ['"1"'],
    },
}
IF_NONE_MATCH = {
    **IF_MATCH,
    "name": "If-None-Match",
    "description": "Proceed only if the resource has none of these ETags, or `*` for any.",
}

THIS_SERVER = {"url": "", "description": "This server.", "x-internal": False}
"""The server entry of every document. Not "/": clients would join that to `//path`."""


def header_references(*names: str) -> dict[str, Any]:
    """Return the headers of a response, as references."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error responses with these statuses, for FastAPI's `responses`."""
    headers = {
        401: header_references("WWW-Authenticate"),
        415: header_references("Accept-Encoding"),
        503: header_references("Retry-After"),
    }
    return {
        status: {
            "description": _DESCRIPTIONS.get(status, f"{title(status)}."),
            "content": {PROBLEM_MEDIA_TYPE: _problem_content(status)},
            "headers": headers.get(status, {}),
        }
        for status in statuses
    }


def _problem_content(status: int) -> dict[str, Any]:
    detail = _DESCRIPTIONS.get(status, "The request cannot be processed.")
    violation = Violation(parameter="limit", detail="This must be an integer.")
    errors = [violation] if status == InvalidRequest.status else None
    example = json.loads(problem_json(status, detail, "9e0d072e12264ad6989eac732872ac38", errors))
    return {"schema": {"$ref": SCHEMA_REFERENCE.format(model="Problem")}, "example": example}
