"""Dispatch requests to the routes that have a fast path."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.telemetry import get_telemetry_data
from starlette.convertors import StringConvertor
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route, WebSocketRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from routers.api.fast_path import FastPath, build_fast_path
from routers.api.route_paths import GROUP_NAME, RoutePath, hidden_paths, is_scoped, route_paths
from routers.api.strict_request import StrictRequest

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Dispatcher:
    """ASGI middleware around the router of an application, inside of FastAPI's own middleware.

    So exceptions, body limits and responses are handled as those of any other route. A route that is added
    after the start of the application has no fast path.
    """

    def __init__(self, app: ASGIApp, api: FastAPI, *, fast_path: bool) -> None:
        """Wrap the router of `api`; without `fast_path`, only find the path template of each request."""
        self.app = app
        self.api = api
        self.fast_path = fast_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one request."""
        path = self._match(scope) if scope["type"] == "http" else None
        if path is None:
            await self.app(scope, receive, send)
        else:
            response = await path.respond(StrictRequest(scope, receive))
            await response(scope, receive, send)

    def _match(self, scope: Scope) -> FastPath | None:
        """Return the fast path for a request, and complete the ASGI scope as Starlette does."""
        table = self.tables.get(scope["method"])
        match = table.pattern.fullmatch(route_path(scope)) if table else None
        if table is None or match is None:
            return None
        last = match.lastindex or 0
        path, names, scope[PATH_TEMPLATE], is_allowed = table.routes[last]
        if not is_allowed:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
        if not self.fast_path or self.api.dependency_overrides or get_telemetry_data() is not None:
            return None
        if path is not None:
            values = match.groups()[last - 1 - len(names) : last - 1]
            scope["path_params"] = {**scope.get("path_params", {}), **dict(zip(names, values, strict=True))}
            scope["route"], scope["endpoint"] = path.route, path.route.endpoint
            scope.setdefault("router", self.api.router)
        return path

    @cached_property
    def tables(self) -> dict[str, "_RouteTable"]:
        """The routes of each method."""
        contexts = list(_in_order(self.api))
        return {
            method: _RouteTable.of(
                _entries(contexts, hidden_paths(self.paths, method), method, self.api.max_body_size)
            )
            for method in METHODS
        }

    @cached_property
    def paths(self) -> list[RoutePath]:
        """The paths of the routes that reach rows."""
        return route_paths(iter_route_contexts(self.api.routes))


class _Entry(NamedTuple):
    """A path in the table of a method.

    Attributes:
        fast_path: The fast path of its route, if there is one.
        names: The names of its parameters.
        template: The path with these names.
        is_allowed: Whether it has the method. One without precedes a more general path that has it.
    """

    fast_path: FastPath | None
    names: tuple[str, ...]
    template: str
    is_allowed: bool = True


class _RouteTable(NamedTuple):
    """The routes of one method as one regular expression.

    Attributes:
        pattern: An alternative per entry, in order; each ends with an empty group, which identifies it.
        routes: The entries by the number of that group.
    """

    pattern: re.Pattern[str]
    routes: dict[int, _Entry]

    @classmethod
    def of(cls, entries: Iterable[tuple[re.Pattern[str], _Entry]]) -> "_RouteTable":
        alternatives, routes, groups = [], {}, 0
        for pattern, entry in entries:
            alternatives.append(f"(?:{GROUP_NAME.sub('(', pattern.pattern)})()")
            groups += pattern.groups + 1
            routes[groups] = entry
        return cls(re.compile("|".join(alternatives)), routes)


def _entries(
    contexts: Iterable[RouteContext],
    hidden: dict[str, list[RoutePath]],
    method: str,
    max_body_size: int | None,
) -> Iterator[tuple[re.Pattern[str], _Entry]]:
    for context in contexts:
        if method not in (context.methods or {method}):
            continue
        for path in hidden.pop(context.path_format or "", ()) if is_scoped(context) else ():
            yield path.pattern, _Entry(None, (), path.template, is_allowed=False)
        suffix = "/{path:path}" if isinstance(context.original_route, Mount) else ""
        pattern, template, convertors = compile_path(f"{context.path}{suffix}")
        is_plain = all(isinstance(each, StringConvertor) for each in convertors.values())
        has_default_limit = getattr(context, "max_body_size", None) in {None, max_body_size}
        fast_path = build_fast_path(context) if is_plain and has_default_limit else None
        yield pattern, _Entry(fast_path, tuple(convertors), template)


def _in_order(api: FastAPI) -> Iterator[RouteContext]:
    """Yield the routes with a path, up to the first one of an unknown kind: it might match anything."""
    for context in iter_route_contexts(api.routes):
        if isinstance(context.original_route, WebSocketRoute):
            continue
        if not isinstance(context.original_route, Route | Mount):
            return
        yield context


PATH_TEMPLATE = "routers.path_template"
"""The key of the ASGI scope with the path of the route, prefixes of routers included."""


def path_template(scope: Scope) -> str | None:
    """Return the path of the route that processed a request, e.g. `/things/{thing_id}`; None without one."""
    return scope.get(PATH_TEMPLATE) or getattr(scope.get("route"), "path_format", None)


def route_path(scope: Scope) -> str:
    """Return the path below the one that the application is mounted at, as Starlette does."""
    root, path = scope.get("root_path", ""), str(scope["path"])
    below = path.removeprefix(root)
    return below if below[:1] in {"", "/"} else path
