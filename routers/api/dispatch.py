"""Dispatch requests to the routes that have a fast path."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import get_telemetry_data
from starlette.convertors import StringConvertor
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from routers.api.fast_path import FastPath, build_fast_path
from routers.api.root_path import route_path
from routers.api.route import SELECTED_PATH, SelectedPath
from routers.api.route_paths import GROUP_NAME, RoutePath, is_scoped, route_paths
from routers.api.strict_request import StrictRequest


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
        scope.pop(PATH_TEMPLATE, None)  # that of the application in which this one is mounted
        match = self.table.pattern.fullmatch(route_path(scope))
        if match is None:
            return None
        last = match.lastindex or 0
        names, scope[PATH_TEMPLATE], scope[SELECTED_PATH], fast_paths = self.table.entries[last]
        path = fast_paths.get(scope["method"])
        if not self.fast_path or self.api.dependency_overrides or get_telemetry_data() is not None:
            return None
        if path is not None:
            values = match.groups()[last - 1 - len(names) : last - 1]
            scope["path_params"] = {**scope.get("path_params", {}), **dict(zip(names, values, strict=True))}
            scope["route"], scope["endpoint"] = path.route, path.route.endpoint
            scope.setdefault("router", self.api.router)
        return path

    @cached_property
    def table(self) -> "_RouteTable":
        """The paths of the application, in the order of their precedence."""
        contexts = list(iter_route_contexts(self.api.routes))
        scoped = frozenset(id(each.original_route) for each in contexts if is_scoped(each))
        # A route of an unknown kind might match anything, so FastAPI must try it before the later ones.
        known = (Route, Mount, WebSocketRoute)
        positions = (i for i, each in enumerate(contexts) if not isinstance(each.original_route, known))
        end = next(positions, len(contexts))
        entries = []
        for path in route_paths(contexts):
            routes = frozenset(id(context.original_route) for _, context in path.routes.values())
            fast_paths = _fast_paths(path, end, self.api.max_body_size)
            selected = SelectedPath(self.api, routes, scoped)
            entries.append(
                (path.pattern, _Entry(tuple(path.convertors), path.template, selected, fast_paths))
            )
        return _RouteTable.of(entries)


class _Entry(NamedTuple):
    """A path of the table.

    Attributes:
        names: The names of its parameters.
        template: The path with these names.
        selected: The path, for the routes that match the same requests.
        fast_paths: The fast paths of its routes, by method.
    """

    names: tuple[str, ...]
    template: str
    selected: SelectedPath
    fast_paths: dict[str, FastPath]


class _RouteTable(NamedTuple):
    """All paths as one regular expression.

    Attributes:
        pattern: An alternative per entry, in order; each ends with an empty group, which identifies it.
        entries: The entries by the number of that group.
    """

    pattern: re.Pattern[str]
    entries: dict[int, _Entry]

    @classmethod
    def of(cls, paths: Iterable[tuple[re.Pattern[str], _Entry]]) -> "_RouteTable":
        alternatives, entries, groups = [], {}, 0
        for pattern, entry in paths:
            alternatives.append(f"(?:{GROUP_NAME.sub('(', pattern.pattern)})()")
            groups += pattern.groups + 1
            entries[groups] = entry
        return cls(re.compile("|".join(alternatives)), entries)


def _fast_paths(path: RoutePath, end: int, max_body_size: int | None) -> dict[str, FastPath]:
    """Return the fast paths of the routes of a path that come before a position."""
    if not all(isinstance(each, StringConvertor) for each in path.convertors.values()):
        return {}
    return {
        method: fast_path
        for method, (position, context) in path.routes.items()
        if position < end
        and getattr(context, "max_body_size", None) in {None, max_body_size}
        and (fast_path := build_fast_path(context))
    }


PATH_TEMPLATE = "routers.path_template"
"""The key of the ASGI scope with the path of the route, prefixes of routers included."""


def path_template(scope: Scope) -> str | None:
    """Return the path of the route that processed a request, e.g. `/things/{thing_id}`; None without one."""
    return scope.get(PATH_TEMPLATE) or getattr(scope.get("route"), "path_format", None)
