"""The outermost middleware: request ids, common headers, HEAD, and observation."""

import re
import secrets
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routers.api.problem_responses import on_problem
from routers.exceptions import NotFound, TooLarge

Observer = Callable[[Scope, int, float, Exception | None], None]
"""Called after each request with its ASGI scope, status, duration in seconds and unexpected error, if any."""

COMMON_HEADERS = (
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""The headers of every response, besides `X-Request-ID`."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class ContractMiddleware:
    """ASGI middleware that applies to every response what the HTTP contract says of all of them."""

    def __init__(self, app: ASGIApp, observe: Observer | None) -> None:
        """Wrap an application."""
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one request; other connections pass unchanged."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        exchange = Exchange(scope, receive, send)
        error: Exception | None = None
        # The router's patterns end in `$`, which also matches before a final line break.
        app = self.app if not scope["path"].endswith("\n") else _not_found
        try:
            await app(exchange.scope, receive, exchange.send)
        except Exception as raised:
            if not exchange.complete:
                raise
            error = raised
        finally:
            if self.observe:
                exchange.scope["method"] = scope["method"]
                self.observe(exchange.scope, exchange.status, time.perf_counter() - start, error)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    response = await on_problem(Request(scope), NotFound())
    await response(scope, receive, send)


class Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the request id, and process HEAD as GET without sending the body."""
        self.head = scope["method"] == "HEAD"
        # A copy: the server's own scope tells it that a response to HEAD has no body.
        self.scope = {**scope, "method": "GET"} if self.head else scope
        self.scope["request_id"] = _request_id(scope)
        self.status = 0
        self.complete = False
        self._receive = receive
        self._send = send
        self._replaced = False

    async def send(self, message: Message) -> None:
        """Send a part of the response, with the common headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == TooLarge.status and _is_plain_text(message):
                self._replaced = True
                problem = await on_problem(Request(self.scope), TooLarge())
                # Keep the headers that other middleware has added, those of CORS above all.
                problem.raw_headers += [
                    header for header in message["headers"] if not header[0].startswith(b"content-")
                ]
                await problem(self.scope, self._receive, self._send_with_headers)
                return
        if not self._replaced:
            await self._send_with_headers(message)

    async def _send_with_headers(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", self.scope["request_id"].encode()),
                *COMMON_HEADERS,
            ]
        else:
            self.complete = not message.get("more_body", False)
            if self.head:
                message = {**message, "body": b""}
        await self._send(message)


def _request_id(scope: Scope) -> str:
    values = [value.strip(b" \t") for name, value in scope["headers"] if name == b"x-request-id"]
    if len(values) == 1 and _REQUEST_ID.fullmatch(values[0]):
        return str(values[0], "ascii")
    return new_request_id()


def new_request_id() -> str:
    """Generate a request id: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def _is_plain_text(message: Message) -> bool:
    """Check for the framework's own response to an oversized body, which no handler can replace."""
    content_type = dict(message["headers"]).get(b"content-type", b"")
    return bool(content_type.startswith(b"text/plain"))
