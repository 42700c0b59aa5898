"""The schema of error responses: problems (RFC 9457)."""

import re
from http import HTTPStatus
from http.client import responses as phrases
from typing import Annotated

from pydantic import MISSING, BaseModel, BeforeValidator, Field

from routers.schemas.field_formats import TEXT

PROBLEM_MEDIA_TYPE = "application/problem+json"

MAX_VIOLATIONS = 100
"""Maximum number of violations in one response."""

MAX_TEXT_LENGTH = 1000

_INVALID_CHARACTER = re.compile("[\\x00\\ud800-\\udfff]")
"""A character that no response has: NUL, or a surrogate, which UTF-8 cannot encode."""


def _documented(text: str) -> str:
    return _INVALID_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text[:MAX_TEXT_LENGTH])


_Text = Annotated[
    str,
    BeforeValidator(_documented),
    Field(json_schema_extra={"pattern": TEXT, "maxLength": MAX_TEXT_LENGTH}),
]
"""A text for the client, truncated to the documented length."""


class Violation(BaseModel):
    """One part of a request that does not match the documented schema."""

    pointer: Annotated[
        _Text | MISSING, Field(description="The location in the body, as a JSON pointer (RFC 6901).")
    ] = MISSING
    parameter: Annotated[
        _Text | MISSING, Field(description="The name of the query, path or header parameter.")
    ] = MISSING
    detail: Annotated[_Text, Field(description="What is expected there.")]


class Problem(BaseModel):
    """An error response (RFC 9457)."""

    type: Annotated[
        str,
        Field(
            max_length=100,
            json_schema_extra={"format": "uri-reference"},
            description="The problem type, as a URI reference.",
        ),
    ]
    title: Annotated[
        str, Field(max_length=100, pattern="^[ -~]*$", description="The title of the problem type.")
    ]
    status: Annotated[int, Field(ge=400, le=599, description="The HTTP status code.")]
    detail: Annotated[_Text, Field(description="What went wrong, and how to fix it.")]
    instance: Annotated[
        str,
        Field(
            max_length=140,
            pattern="^urn:request:[A-Za-z0-9._-]{1,128}$",
            description="This occurrence of the problem, identified by its request id.",
        ),
    ]
    errors: Annotated[
        list[Violation] | MISSING,
        Field(max_length=MAX_VIOLATIONS, description="The parts of the request that are invalid (422 only)."),
    ] = MISSING


def problem_json(status: int, detail: str, request_id: str, errors: list[Violation] | None = None) -> str:
    """Return the body of an error response."""
    return Problem(
        type="about:blank",
        title=title(status),
        status=status,
        detail=detail,
        instance=f"urn:request:{request_id}",
        errors=MISSING if errors is None else errors,
    ).model_dump_json()


# RFC 9110 renamed these; Python's names differ between its versions.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


def title(status: int) -> str:
    """Return the reason phrase of a status code; that of its class for an unknown one."""
    of_class = "Client Error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Server Error"
    return _TITLES.get(status) or phrases.get(status, of_class)
