"""What a page of another origin may send and read, by the setting `TODO_CORS_ORIGINS`."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.settings import Settings
from routers.exceptions import problem_response


def cors(settings: Settings) -> list[Middleware]:
    """Let pages of the origins in the settings call; without any, nothing is said about origins at all.

    Cookies are not taken: a page has to say whose request it is, so none can speak for its visitor unasked.
    """
    if not settings.cors_origins:
        return []
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    # Authorization, for owner providers that read a token: they are one setting, and need no second.
    sent = ["Authorization", "Content-Type", "If-Match", "If-None-Match", "X-Request-ID", "X-User-ID"]
    read = ["Allow", "ETag", "Location", "Retry-After", "WWW-Authenticate", "X-Request-ID"]
    return [
        Middleware(
            CORS,
            allow_origins=settings.cors_origins,
            allow_methods=methods,
            allow_headers=sent,
            expose_headers=read,
        )
    ]


class CORS(CORSMiddleware):
    """Starlette's, but a preflight is refused with a problem, like everything else."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight."""
        response = super().preflight_response(request_headers)
        return Refusal(headers=response.headers) if response.status_code == Refusal.status else response


class Refusal(Response):
    """A refused preflight, which becomes a problem when it is sent: only then is its request's id known."""

    status = HTTPStatus.BAD_REQUEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the problem, with what the refusal says about origins."""
        kept = {name: value for name, value in self.headers.items() if not name.startswith("content-")}
        detail = "A page of this origin may not send this: see the Access-Control headers."
        problem = problem_response(Request(scope), self.status, detail, headers=kept)
        await problem(scope, receive, send)
