"""A FastAPI application whose every answer, errors of all kinds included, keeps the HTTP contract."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routers.api.dispatch import Dispatch
from routers.api.router import ResourceRouter
from routers.exceptions import EXCEPTION_HANDLERS, NotFound, TooLarge, on_http_error, on_problem
from routers.openapi.docs_page import ASSETS, docs_assets, docs_page
from routers.openapi.document import HERE, complete, document_text

Observer = Callable[[Scope, int, float, Exception | None], None]
"""Called after each exchange with its ASGI scope, status, seconds and the fault, if there was one."""

COMMON_HEADERS = (
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer says, besides the name of its exchange."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class ResourceAPI(FastAPI):
    """FastAPI with problems for errors, request ids, HEAD beside GET and a complete `Allow`.

    Takes what FastAPI takes and, besides, `outer`: middleware that sees every exchange whole, and
    `observe`: what is told of each.
    """

    def __init__(
        self, *, outer: Sequence[Middleware] = (), observe: Observer | None = None, **options: Any
    ) -> None:
        """Make an application that documents itself at /openapi.json and /docs."""
        self._outer = outer
        self._observe = observe
        self._completed: dict[str, Any] | None = None
        handlers = {**EXCEPTION_HANDLERS, 405: self._on_method_not_allowed}
        super().__init__(
            redirect_slashes=False,
            exception_handlers=handlers,
            openapi_url=None,
            **{"servers": [HERE], **options},
        )
        self.add_api_route("/openapi.json", self._serve_document, include_in_schema=False)
        self.add_api_route("/docs", self._serve_docs, include_in_schema=False)
        self.mount(ASSETS, docs_assets())

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Include a router; by now, the tables of all resources must have been declared."""
        if isinstance(router, ResourceRouter):
            router.finish()
            self.openapi_tags = [*(self.openapi_tags or ()), router.tag]
        super().include_router(router, **options)

    def build_middleware_stack(self) -> ASGIApp:
        """Put the contract around everything, the framework's own error answers included."""
        if self.user_middleware:  # which sees every request, so what goes past the framework comes after it
            self.user_middleware.append(Middleware(Dispatch, api=self))
            stack = super().build_middleware_stack()
        else:
            stack = Dispatch(super().build_middleware_stack(), self)
        for cls, args, kwargs in reversed(self._outer):
            stack = cls(stack, *args, **kwargs)
        return Contract(stack, self._observe)

    def openapi(self) -> dict[str, Any]:
        """The document; FastAPI makes it anew when a route has come."""
        document = super().openapi()
        if document is not self._completed:
            complete(document)
            self._completed = document
        return document

    @cached_property
    def _document(self) -> bytes:
        return document_text(self.openapi()).encode()

    async def _serve_document(self) -> Response:
        return Response(self._document, media_type="application/json")

    async def _serve_docs(self) -> HTMLResponse:
        return docs_page(self.title)

    async def _on_method_not_allowed(self, request: Request, error: HTTPException) -> Response:
        methods: set[str] = set()
        for route in iter_route_contexts(self.routes):
            pattern, _, _ = compile_path(route.path or "")
            if pattern.match(request.scope["path"]):
                methods |= getattr(route, "methods", None) or set()
        if "GET" in methods or not methods:  # what no route has is a file
            methods |= {"GET", "HEAD"}
        error.headers = {"Allow": ", ".join(sorted(methods))}
        return await on_http_error(request, error)


class Contract:
    """ASGI middleware, outermost: what holds for every exchange."""

    def __init__(self, app: ASGIApp, observe: Observer | None) -> None:
        """Wrap an application."""
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; only HTTP is touched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        exchange = Exchange(scope, receive, send)
        fault: Exception | None = None
        # The router's patterns end in `$`, which passes over a last line break.
        app = self.app if not scope["path"].endswith("\n") else _nowhere
        try:
            await app(exchange.scope, receive, exchange.send)
        except Exception as error:
            if not exchange.complete:
                raise
            fault = error
        finally:
            if self.observe:
                exchange.scope["method"] = scope["method"]
                self.observe(exchange.scope, exchange.status, time.perf_counter() - began, fault)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    response = await on_problem(Request(scope), NotFound())
    await response(scope, receive, send)


class Exchange:
    """One request with its answer on the way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the exchange, and let HEAD be a GET whose body is not sent."""
        self.head = scope["method"] == "HEAD"
        # A copy: the server looks at its own to know that no body follows.
        self.scope = {**scope, "method": "GET"} if self.head else scope
        self.scope["request_id"] = _request_id(scope)
        self.status = 0
        self.complete = False
        self._receive = receive
        self._send = send
        self._replaced = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == TooLarge.status and _is_plain_text(message):
                self._replaced = True
                problem = await on_problem(Request(self.scope), TooLarge())
                # What middleware around the framework added, CORS above all, belongs to the answer.
                problem.raw_headers += [
                    header for header in message["headers"] if not header[0].startswith(b"content-")
                ]
                await problem(self.scope, self._receive, self._send_stamped)
                return
        if not self._replaced:
            await self._send_stamped(message)

    async def _send_stamped(self, message: Message) -> None:
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
    sent = [value.strip(b" \t") for name, value in scope["headers"] if name == b"x-request-id"]
    if len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0]):
        return str(sent[0], "ascii")
    return new_request_id()


def new_request_id() -> str:
    """A name for an exchange that came without one: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def _is_plain_text(message: Message) -> bool:
    """Whether this is the framework's own answer to an oversized body, which cannot be handled."""
    content_type = dict(message["headers"]).get(b"content-type", b"")
    return bool(content_type.startswith(b"text/plain"))
