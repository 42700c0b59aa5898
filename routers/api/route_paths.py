"""The paths of an application: which one serves a request, and which routes exclude each other.

The most specific path that a request matches serves it, whatever the order of the routes: `/things/recent`
precedes `/things/{id}`.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from fastapi.routing import APIRoute, RouteContext
from starlette.convertors import Convertor
from starlette.routing import Mount, Route, compile_path

from routers.api.route import ResourceRoute

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
"""The methods of a route that does not name its own."""

GROUP_NAME = re.compile(r"\(\?P<\w+>")
"""The beginning of a path parameter in the pattern of a path."""

_PARAMETER = re.compile(r"\{\w+(?::(\w+))?\}")


@dataclass(frozen=True)
class RoutePath:
    """A path, with its routes.

    Attributes:
        path: The path with the names and types of its parameters.
        template: The path with the names of its parameters.
        pattern: Matches the paths of requests.
        convertors: The types of the parameters.
        routes: The routes by method, each with its position among all routes.
    """

    path: str
    template: str
    pattern: re.Pattern[str]
    convertors: dict[str, Convertor[object]]
    routes: dict[str, tuple[int, RouteContext]] = field(default_factory=dict)

    @cached_property
    def segments(self) -> list[str]:
        """The parts of the path between slashes."""
        return self.path.split("/")

    @cached_property
    def precedence(self) -> tuple[int, ...]:
        """The order of paths: where two differ first, a fixed segment precedes one with a parameter."""
        return (*map(_rank, self.segments), _END)

    def overlaps(self, other: "RoutePath") -> bool:
        """Check whether a request can match both paths."""
        for one, another in zip(self.segments, other.segments, strict=False):
            if ":path}" in one + another:
                return True
            if not (_matches(one, another) or _matches(another, one)):
                return False
        return len(self.segments) == len(other.segments)


_END = 5


def _rank(segment: str) -> int:
    if "{" not in segment:
        return 0
    parameter = _PARAMETER.fullmatch(segment)
    return {None: 3, "str": 3, "path": 4}.get(parameter[1], 2) if parameter else 1


@lru_cache(4096)
def _matches(segment: str, text: str) -> bool:
    pattern, _, _ = compile_path(f"/{segment}")
    return bool(pattern.fullmatch(f"/{text}"))


def route_paths(contexts: Iterable[RouteContext]) -> list[RoutePath]:
    """Return the paths of all routes, in the order of their precedence.

    Raises:
        TypeError: two routes exclude each other.
    """
    paths: dict[str, RoutePath] = {}
    for position, context in enumerate(contexts):
        route = context.original_route
        if isinstance(route, Route | Mount):
            declared = f"{context.path}/{{path:path}}" if isinstance(route, Mount) else str(context.path)
            pattern, template, convertors = compile_path(declared)
            key = GROUP_NAME.sub("(", pattern.pattern)
            path = paths.setdefault(key, RoutePath(declared, template, pattern, convertors))
            for method in sorted(context.methods or METHODS):
                _add(path, method, position, context)
    in_order = sorted(paths.values(), key=lambda each: each.precedence)
    _check_documented(in_order)
    _check_reachable(in_order)
    return in_order


def is_scoped(context: RouteContext) -> bool:
    """Check whether a route is one that reaches rows."""
    return isinstance(context.original_route, ResourceRoute)


def is_documented(context: RouteContext) -> bool:
    """Check whether a route is in the OpenAPI document."""
    return isinstance(context.original_route, APIRoute) and bool(context.include_in_schema)


def _add(path: RoutePath, method: str, position: int, context: RouteContext) -> None:
    if method in path.routes:
        if not getattr(context, "include_in_schema", True):
            return  # /docs or /openapi.json, which the application has replaced
        names = f"{_name(path.routes[method][1])} and {_name(context)}"
        raise TypeError(
            f"{method} {path.template} is declared twice, by {names}: change the path of one, or leave the "
            "generated operation out of the `operations` of its resource."
        )
    if context.path_format != path.template:
        raise TypeError(
            f"{path.template} and {context.path_format} are one path: give its parameters the same names."
        )
    path.routes[method] = position, context


def _name(context: RouteContext) -> str:
    return getattr(context, "operation_id", None) or context.name or "a mounted application"


def _check_documented(paths: Iterable[RoutePath]) -> None:
    """Check that no two paths are one in the OpenAPI document, where a path has no types."""
    documented: dict[str, RoutePath] = {}
    for path in paths:
        if any(is_documented(context) for _, context in path.routes.values()):
            other = documented.setdefault(_PARAMETER.sub("{}", path.path), path)
            if other is not path:
                raise TypeError(
                    f"{other.path} and {path.path} are one path in the OpenAPI document: "
                    "give their parameters the same names and types, or set include_in_schema=False."
                )


def _check_reachable(paths: Collection[RoutePath]) -> None:
    """Check that no route hides another: one that reaches no rows serves each request that it matches."""
    for specific, general in _overlapping(paths):
        for method in sorted(specific.routes.keys() & general.routes.keys()):
            position, context = general.routes[method]
            if position < specific.routes[method][0] and not is_scoped(context):
                raise TypeError(
                    f"{method} {specific.template} is hidden by {method} {general.template}, which comes "
                    "first: declare it, or include its router, earlier."
                )
    for path in paths:
        if "HEAD" in path.routes and "GET" not in path.routes:
            raise TypeError(
                f"HEAD {path.template} is never reached, because HEAD is processed as GET: declare GET."
            )


def _overlapping(paths: Collection[RoutePath]) -> Iterator[tuple[RoutePath, RoutePath]]:
    """Yield each pair of paths that match the same requests, the one that precedes first."""
    general: dict[str, list[RoutePath]] = {}
    for path in paths:
        literal, parameter, _ = path.path.partition("{")
        if parameter:
            general.setdefault(literal, []).append(path)
    for path in paths:
        for length in range(len(path.path) + 1):
            for other in general.get(path.path[:length], ()):
                if path.precedence < other.precedence and path.overlaps(other):
                    yield path, other
