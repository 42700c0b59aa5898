"""The paths of the routes that reach rows: which are more specific, and which routes exclude each other."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from fastapi.routing import RouteContext

from routers.api.route import ResourceRoute

GROUP_NAME = re.compile(r"\(\?P<\w+>")
"""The beginning of a path parameter in the pattern of a path."""


@dataclass(frozen=True)
class RoutePath:
    """A path, with its routes.

    Attributes:
        template: The path with the names of its parameters.
        pattern: Matches the paths of requests.
        routes: The routes by method, each with its position among all routes.
    """

    template: str
    pattern: re.Pattern[str]
    routes: dict[str, tuple[int, RouteContext]] = field(default_factory=dict)

    def is_more_specific(self, other: "RoutePath") -> bool:
        """Check whether parameters of the other path match this one: `/things/recent`, `/things/{id}`."""
        return bool(other.pattern.fullmatch(self.template) and not self.pattern.fullmatch(other.template))


def route_paths(contexts: Iterable[RouteContext]) -> list[RoutePath]:
    """Return the paths of the routes that reach rows.

    Raises:
        TypeError: two routes exclude each other.
    """
    paths: dict[str, RoutePath] = {}
    for position, context in enumerate(contexts):
        if is_scoped(context):
            key = GROUP_NAME.sub("(", context.path_regex.pattern)
            path = paths.setdefault(key, RoutePath(context.path_format or "", context.path_regex))
            for method in sorted(context.methods or ()):
                _add(path, method, position, context)
    for specific, general in pairs(paths.values()):
        for method in specific.routes.keys() & general.routes.keys():
            if general.routes[method][0] < specific.routes[method][0]:
                raise TypeError(
                    f"{method} {specific.template} is never reached, because {method} {general.template} "
                    "comes first: declare it, or include its router, earlier."
                )
    return list(paths.values())


def is_scoped(context: RouteContext) -> bool:
    """Check whether a route is one that reaches rows."""
    return isinstance(context.original_route, ResourceRoute)


def _add(path: RoutePath, method: str, position: int, context: RouteContext) -> None:
    if context.path_format != path.template:
        raise TypeError(
            f"{path.template} and {context.path_format} are one path: give its parameters the same names."
        )
    if method in path.routes:
        names = f"{path.routes[method][1].operation_id} and {context.operation_id}"
        raise TypeError(
            f"{method} {path.template} is declared twice, by {names}: change the path of one, or leave the "
            "generated operation out of the `operations` of its resource."
        )
    path.routes[method] = position, context


def pairs(paths: Collection[RoutePath]) -> Iterator[tuple[RoutePath, RoutePath]]:
    """Yield each pair of a path and a more general one that matches the same requests."""
    general: dict[str, list[RoutePath]] = {}
    for path in paths:
        literal, parameter, _ = path.template.partition("{")
        if parameter:
            general.setdefault(literal, []).append(path)
    for path in paths:
        for length in range(len(path.template)):
            for other in general.get(path.template[:length], ()):
                if path.is_more_specific(other):
                    yield path, other


def hidden_paths(paths: Collection[RoutePath], method: str) -> dict[str, list[RoutePath]]:
    """Return the paths without a method, by the template of a more general path that has it."""
    hidden: dict[str, list[RoutePath]] = {}
    for specific, general in pairs(paths):
        if method in general.routes and method not in specific.routes:
            hidden.setdefault(general.template, []).append(specific)
    return hidden


def most_specific(paths: Iterable[RoutePath], path: str) -> RoutePath | None:
    """Return the most specific path that a request matches; None if it matches none."""
    matches = [each for each in paths if each.pattern.fullmatch(path)]
    general = [other for _, other in pairs(matches)]
    return next((each for each in matches if each not in general), None)
