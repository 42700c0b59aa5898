"""Exception handlers: every error becomes a problem response (RFC 9457)."""

from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from routers.api.validation_errors import violations
from routers.exceptions import InvalidRequest, NotFound, ProblemError, TooLarge, Unauthenticated
from routers.schemas.problem import PROBLEM_MEDIA_TYPE, Violation, problem_json, title

_DETAILS = {
    401: Unauthenticated.detail,
    404: NotFound.detail,
    405: "This method is not allowed here. See the Allow header.",
}


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    errors: list[Violation] | None = None,
) -> Response:
    """Return an error response. It repeats nothing of the request but its id."""
    content = problem_json(status, detail, request.scope.get("request_id", "unknown"), errors)
    return Response(content, status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


async def on_problem(request: Request, error: ProblemError) -> Response:
    """Respond to one of our own errors."""
    errors = error.errors if isinstance(error, InvalidRequest) else None
    return problem_response(request, error.status, str(error), headers=error.headers, errors=errors)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Respond to invalid parameters or an invalid body."""
    route = request.scope.get("route")
    body_type, protected = getattr(route, "body_type", None), getattr(route, "protected_members", None)
    errors = violations(error.errors(), error.body, body_type, protected)
    return await on_problem(request, InvalidRequest(errors))


async def on_http_error(request: Request, error: HTTPException) -> Response:
    """Respond to an error of the framework: 401 of a security class, 404 for an unknown path, 405, 413."""
    if error.status_code == TooLarge.status:
        return await on_problem(request, TooLarge())
    detail = _DETAILS.get(error.status_code, f"{title(error.status_code)}.")
    headers = dict(error.headers or {})
    return problem_response(request, error.status_code, detail, headers=headers)


async def on_unexpected(request: Request, _error: Exception) -> Response:
    """Respond to an unexpected error, without internal details."""
    return problem_response(request, 500, "An internal error occurred; it has been logged.")


EXCEPTION_HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    RequestValidationError: on_invalid,
    HTTPException: on_http_error,
    Exception: on_unexpected,
}
