"""Exception handlers: every error becomes a problem response (RFC 9457)."""

import json
from http import HTTPStatus
from http.client import responses as phrases
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

_SECURITY_CLASS = "Not authenticated"
"""The detail that FastAPI's security classes set."""


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    errors: list[Violation] | None = None,
) -> Response:
    """Return an error response. It repeats no value of the request but its id."""
    content = problem_json(status, detail, request.scope.get("request_id", "unknown"), errors)
    return Response(content, status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


async def on_problem(request: Request, error: ProblemError) -> Response:
    """Respond to one of our own errors."""
    errors = error.errors if isinstance(error, InvalidRequest) else None
    detail = str(error) or _default_detail(error.status)
    return problem_response(request, error.status, detail, headers=error.headers, errors=errors)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Respond to invalid parameters or an invalid body."""
    route = request.scope.get("route")
    body_type, protected = getattr(route, "body_type", None), getattr(route, "protected_members", None)
    errors = violations(error.errors(), error.body, body_type, protected)
    return await on_problem(request, InvalidRequest(errors))


async def on_http_error(request: Request, error: HTTPException) -> Response:
    """Respond to an `HTTPException`, of the framework or of a route.

    A detail that its author wrote stays; one that is no text is written as JSON.
    """
    status, headers = error.status_code, dict(error.headers or {})
    if status < HTTPStatus.BAD_REQUEST:
        return Response(status_code=status, headers=headers)
    if _is_generic(error):
        if status == TooLarge.status:
            return await on_problem(request, TooLarge())
        return problem_response(request, status, _default_detail(status), headers=headers)
    detail: Any = error.detail
    text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)
    return problem_response(request, status, text, headers=headers)


def _is_generic(error: HTTPException) -> bool:
    """Check whether the framework, not an author, wrote the detail of an exception."""
    status = error.status_code
    return not error.detail or error.detail in (phrases.get(status), title(status), _SECURITY_CLASS)


def _default_detail(status: int) -> str:
    return _DETAILS.get(status, f"{title(status)}.")


async def on_unexpected(request: Request, _error: Exception) -> Response:
    """Respond to an unexpected error, without internal details."""
    return problem_response(request, 500, "An internal error occurred; it has been logged.")


EXCEPTION_HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    RequestValidationError: on_invalid,
    HTTPException: on_http_error,
    Exception: on_unexpected,
}
