"""The errors that an operation can end with, each with its HTTP status and a sentence for the client."""

from typing import ClassVar

from routers.schemas.problem import Violation


class ProblemError(Exception):
    """An error with a status, a detail for the client and, where HTTP requires them, headers.

    Without a detail, the response has the title of the status.
    """

    status: ClassVar[int]
    detail: ClassVar[str] = ""

    def __init__(self, detail: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.detail)
        self.headers = headers or {}


class MalformedBody(ProblemError):
    """400: the body is not valid JSON."""

    status = 400
    detail = "The body is not valid JSON."


class Unauthenticated(ProblemError):
    """401: the request has no valid owner; `headers` must include `WWW-Authenticate`."""

    status = 401
    detail = "This operation requires an owner."


class NotFound(ProblemError):
    """404: the owner has no such row."""

    status = 404
    detail = "Not found."


class Conflict(ProblemError):
    """409: the change conflicts with another row or with a write-once member."""

    status = 409
    detail = "The change conflicts with other rows."


class PreconditionFailed(ProblemError):
    """412: the row exists, but `If-Match` or `If-None-Match` is not met (RFC 9110 section 13)."""

    status = 412
    detail = "The resource has changed since the version in `If-Match`. Fetch it again and retry."


class TooLarge(ProblemError):
    """413: the body exceeds the limit."""

    status = 413
    detail = "The body exceeds the size limit of this server."

    def __init__(self) -> None:
        super().__init__(headers={"Connection": "close"})


class UnsupportedMediaType(ProblemError):
    """415: the body is not declared as JSON."""

    status = 415
    detail = "Send the body as application/json."


class InvalidRequest(ProblemError):
    """422: the request does not match the documented schema."""

    status = 422
    detail = "The request does not match the documented schema."

    def __init__(self, errors: list[Violation]) -> None:
        super().__init__()
        self.errors = errors


class RejectedValues(InvalidRequest):
    """422: the request matches the documented schema, but its values violate a rule beyond the schema."""

    detail = "The values violate a rule of this resource."


class Unavailable(ProblemError):
    """503: the database did not respond, or not in time."""

    status = 503
    detail = "The database is temporarily unavailable. Try again."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})
