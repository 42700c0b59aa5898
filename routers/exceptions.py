"""Everything that can go wrong, told to the caller as an RFC 9457 problem."""

from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi.exceptions import RequestValidationError
from pydantic import MISSING, BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from routers.api.validation_errors import MOST_VIOLATIONS, Sentence, Violation, violations

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: Annotated[
        str,
        Field(
            max_length=100,
            json_schema_extra={"format": "uri-reference"},
            description="The kind of problem, as a URI reference.",
        ),
    ]
    title: Annotated[
        str, Field(max_length=100, pattern="^[ -~]*$", description="The kind of problem, in words.")
    ]
    status: Annotated[int, Field(ge=400, le=599, description="The HTTP status.")]
    detail: Annotated[Sentence, Field(description="What went wrong, and how to mend it.")]
    instance: Annotated[
        str,
        Field(
            max_length=140,
            pattern="^urn:request:[A-Za-z0-9._-]{1,128}$",
            description="This occurrence, named by its request id.",
        ),
    ]
    errors: Annotated[
        list[Violation] | MISSING,
        Field(max_length=MOST_VIOLATIONS, description="With 422: what is not as it should be."),
    ] = MISSING


class ProblemError(Exception):
    """An error with a status, a sentence for the caller and, where HTTP wants them, headers."""

    status: ClassVar[int]
    detail: ClassVar[str]

    def __init__(self, detail: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.detail)
        self.headers = headers or {}


class MalformedBody(ProblemError):
    """400: the body is not the JSON text that it claims to be."""

    status = 400
    detail = "The body is not well-formed JSON."


class Unauthenticated(ProblemError):
    """401: nobody's request; `headers` must carry the `WWW-Authenticate` of the owner provider."""

    status = 401
    detail = "This operation needs an owner."


class NotFound(ProblemError):
    """404: no such row in the owner's scope, for whatever reason."""

    status = 404
    detail = "There is nothing here."


class Conflict(ProblemError):
    """409: another row, or this one's past, stands against the change."""

    status = 409
    detail = "Other rows stand against this change."


class PreconditionFailed(ProblemError):
    """412: the row exists, but `If-Match` or `If-None-Match` does not hold (RFC 9110 section 13)."""

    status = 412
    detail = "The row is not in the state that the precondition asks for: read it again."


class TooLarge(ProblemError):
    """413: the body is larger than the application takes."""

    status = 413
    detail = "The body is larger than this server takes."


class UnsupportedMediaType(ProblemError):
    """415: a body of another type than JSON."""

    status = 415
    detail = "Send the body as application/json."


class InvalidRequest(ProblemError):
    """422: understood, but not what the documented schema says."""

    status = 422
    detail = "The request is not what the documented schema says."

    def __init__(self, errors: list[Violation]) -> None:
        super().__init__()
        self.errors = errors


class Unavailable(ProblemError):
    """503: the database did not answer, or not in time."""

    status = 503
    detail = "The database is not available at the moment: try again."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    errors: list[Violation] | None = None,
) -> Response:
    """A problem as the answer to a request, of which nothing but its id is in it."""
    content = problem_text(status, detail, request.scope.get("request_id", "unknown"), errors)
    return Response(content, status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def problem_text(status: int, detail: str, request_id: str, errors: list[Violation] | None = None) -> str:
    """The one place where an error becomes text."""
    return Problem(
        type="about:blank",
        title=_title(status),
        status=status,
        detail=detail,
        instance=f"urn:request:{request_id}",
        errors=MISSING if errors is None else errors,
    ).model_dump_json()


_DETAILS = {
    404: NotFound.detail,
    405: "This method is not offered here: see Allow.",
    413: TooLarge.detail,
}
# RFC 9110 renamed these; Python's own names change between its versions.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase


async def on_problem(request: Request, error: ProblemError) -> Response:
    """Answer an error of ours."""
    errors = error.errors if isinstance(error, InvalidRequest) else None
    return problem_response(request, error.status, str(error), headers=error.headers, errors=errors)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer what FastAPI found wrong with the parameters or the body."""
    return await on_problem(request, InvalidRequest(violations(error.errors())))


async def on_http_error(request: Request, error: HTTPException) -> Response:
    """Answer an error of the framework's own: 404 for an unknown path, 405, 413."""
    detail = _DETAILS.get(error.status_code, f"{_title(error.status_code)}.")
    headers = dict(error.headers or {})
    return problem_response(request, error.status_code, detail, headers=headers)


async def on_unexpected(request: Request, _error: Exception) -> Response:
    """Answer a fault of ours without a word about its inside."""
    return problem_response(request, 500, "Something went wrong here; it has been logged.")


EXCEPTION_HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    RequestValidationError: on_invalid,
    HTTPException: on_http_error,
    Exception: on_unexpected,
}
