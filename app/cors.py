"""Cross-origin requests, which the setting `TODO_CORS_ORIGINS` allows."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.owner import request_header
from app.settings import Settings
from routers import problem_response


def cors(settings: Settings) -> list[Middleware]:
    """Allow the configured origins; without any, responses have no CORS headers.

    Credentials are not allowed: cookies never identify an owner, so a page cannot act for its visitor
    without the visitor's token.
    """
    if not settings.cors_origins:
        return []
    request_headers = {
        "Authorization",  # with the trusted header, for the gateway in front
        "Content-Type",
        "If-Match",
        "If-None-Match",
        "X-Request-ID",
        request_header(settings.provider.scheme),
    }
    response_headers = [
        *("Accept-Encoding", "Accept-Patch", "Allow", "ETag", "Location"),
        *("Retry-After", "WWW-Authenticate", "X-Request-ID"),
    ]
    return [
        Middleware(
            CORS,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=request_headers,
            expose_headers=response_headers,
        )
    ]


class CORS(CORSMiddleware):
    """Starlette's middleware, with a problem response for a rejected preflight request."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Respond to a preflight request."""
        response = super().preflight_response(request_headers)
        if response.status_code == RejectedPreflight.status:
            return RejectedPreflight(headers=response.headers)
        return response


class RejectedPreflight(Response):
    """A problem response that is created when it is sent, because the request id is not known earlier."""

    status = HTTPStatus.BAD_REQUEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the problem with the CORS headers."""
        headers = {name: value for name, value in self.headers.items() if not name.startswith("content-")}
        detail = "This origin may not send this request. See the Access-Control headers."
        problem = problem_response(Request(scope), self.status, detail, headers=headers)
        await problem(scope, receive, send)
