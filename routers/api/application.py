"""A FastAPI application that keeps the HTTP contract for every response, errors of all kinds included."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.models import SecurityBase
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from routers.api.dispatch import Dispatcher
from routers.api.middleware import ContractMiddleware, Observer
from routers.api.names import add_tag, check_names
from routers.api.problem_responses import EXCEPTION_HANDLERS, on_http_error
from routers.api.root_path import check_routes, complete_root_path, quote_path, root_path_error, route_path
from routers.api.route import SELECTED_PATH, SelectedPath
from routers.api.route_paths import route_paths
from routers.api.router import ScopedRouter
from routers.openapi.components import THIS_SERVER
from routers.openapi.docs_page import ASSETS, docs_assets, docs_page
from routers.openapi.document import complete, document_text, replace_security_schemes, servers_with

CACHED_DOCUMENTS = 16
"""Maximum number of root paths whose documents are cached."""


class ResourceAPI(FastAPI):
    """FastAPI with problem responses, request ids, HEAD wherever GET is, and a complete `Allow` header."""

    def __init__(
        self,
        *,
        outer: Sequence[Middleware] = (),
        observe: Observer | None = None,
        fast_path: bool = True,
        root_path: str = "",
        security_schemes: Mapping[str, SecurityBase] | None = None,
        **options: Any,
    ) -> None:
        """Create an application with its OpenAPI document at /openapi.json and its documentation at /docs.

        Args:
            outer: Middleware around the whole application, FastAPI's own error responses included.
            observe: Called after each request, for logs and metrics.
            fast_path: Process ordinary requests without FastAPI's resolution of dependencies.
            root_path: The prefix of all paths, whether a gateway removes it or not.
            security_schemes: What the document says of security schemes, by their names, instead of what the
                dependencies say: for dependencies that the configuration changes.
            options: The arguments of `FastAPI`.

        Raises:
            TypeError: `root_path` is not valid.
        """
        if error := root_path_error(root_path):
            raise TypeError(f"root_path {error}.")
        self._root_path = root_path  # FastAPI's own attribute would replace the root path of a mount
        self._outer = outer
        self._observe = observe
        self._security_schemes = security_schemes or {}
        self._completed: dict[str, Any] | None = None
        self._document = lru_cache(CACHED_DOCUMENTS)(self._document_below)
        handlers = {**EXCEPTION_HANDLERS, 405: self._on_method_not_allowed}
        super().__init__(
            redirect_slashes=False,
            exception_handlers=handlers,
            openapi_url=None,
            **{"servers": [THIS_SERVER], **options},
        )
        self._dispatcher = Dispatcher(self.router.middleware_stack, self, fast_path=fast_path)
        self.router.middleware_stack = self._dispatcher
        self.add_api_route("/openapi.json", self._serve_document, include_in_schema=False)
        self.add_api_route("/docs", self._serve_docs, include_in_schema=False)
        self.mount(ASSETS, docs_assets())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, below the whole root path."""
        if "path" in scope:
            complete_root_path(scope, self._root_path)
        await super().__call__(scope, receive, send)

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Include a router. The tables of all resources must be declared by now.

        Raises:
            TypeError: two routes exclude each other, or two routers have one tag.
            RootPathError: a route begins with the root path.
        """
        if isinstance(router, ScopedRouter):
            router.finish()
            self.openapi_tags = add_tag(self.openapi_tags or [], router.tag)
        super().include_router(router, **options)
        routes = list(iter_route_contexts(self.routes))
        route_paths(routes)
        check_routes(self._root_path, routes)

    def build_middleware_stack(self) -> ASGIApp:
        """Put the outer middleware around FastAPI's, when the application starts and all routes are known.

        Raises:
            TypeError: two routes exclude each other, or have one name in the OpenAPI document.
        """
        self._check_routes()
        _ = self._dispatcher.table
        stack = super().build_middleware_stack()
        for cls, args, kwargs in reversed(self._outer):
            stack = cls(stack, *args, **kwargs)
        return ContractMiddleware(stack, self._observe)

    def _check_routes(self) -> None:
        contexts = list(iter_route_contexts(self.routes))
        route_paths(contexts)
        check_names([*contexts, *iter_route_contexts(self.webhooks.routes)])

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document; FastAPI generates it again after a route was added.

        Raises:
            TypeError: two routes exclude each other, or have one name in the document.
        """
        self._check_routes()
        document = super().openapi()
        if document is not self._completed:
            complete(document)
            replace_security_schemes(document, self._security_schemes)
            self._completed = document
        return document

    def openapi_text(self) -> str:
        """Return the OpenAPI document as it is served, byte for byte."""
        return self._document_below(self._root_path).decode()

    def _document_below(self, root_path: str) -> bytes:
        document = self.openapi()
        if root_path and self.root_path_in_servers:
            servers = servers_with(quote_path(root_path), document.get("servers", ()))
            document = {**document, "servers": servers}
        return document_text(document).encode()

    async def _serve_document(self, request: Request) -> Response:
        return Response(self._document(request.scope["root_path"]), media_type="application/json")

    async def _serve_docs(self) -> HTMLResponse:
        return docs_page(self.title)

    async def _on_method_not_allowed(self, request: Request, error: HTTPException) -> Response:
        methods: set[str] = set()
        selected: SelectedPath | None = request.scope.get(SELECTED_PATH)
        for route in iter_route_contexts(self.routes):
            is_hidden = selected and selected.hides(route.original_route, request.scope)
            pattern, _, _ = compile_path(route.path or "")
            if pattern.match(route_path(request.scope)) and not is_hidden:
                methods |= getattr(route, "methods", None) or set()
        if "GET" in methods or not methods:  # without a route, it is a static file
            methods |= {"GET", "HEAD"}
        error.headers = {**(error.headers or {}), "Allow": ", ".join(sorted(methods))}
        return await on_http_error(request, error)
