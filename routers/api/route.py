"""A route of a resource: it reads requests strictly and documents every status."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from routers.api.strict_request import StrictRequest
from routers.exceptions import PreconditionFailed
from routers.openapi.components import IF_MATCH, IF_NONE_MATCH, problem_responses
from routers.resource.resource import Resource
from routers.schemas.exact_types import fields_of
from routers.schemas.field_types import split_optional

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

SELECTED_PATH = "routers.selected_path"
"""The key of the ASGI scope with the path that serves a request."""


class SelectedPath(NamedTuple):
    """The most specific path that a request matches, with its routes and all that reach rows, by their `id`.

    Attributes:
        app: The application: one that is mounted in it has paths of its own.
        routes: The routes of the path.
        all_routes: All routes that reach rows.
    """

    app: Any
    routes: frozenset[int]
    all_routes: frozenset[int]

    def hides(self, route: BaseRoute, scope: Scope) -> bool:
        """Check whether a route must leave a request to the selected path."""
        is_other = id(route) in self.all_routes and id(route) not in self.routes
        return is_other and scope["app"] is self.app


class ResourceRoute(APIRoute):
    """A route that reads its requests strictly and documents every status that it can return.

    Attributes:
        query_parameters: The names of all query parameters, with whether they can be repeated.
        body_type: The type of the body; None without one.
        protected_members: Why the route does not accept some members of the resource, by their names.
        conditional_parameter: The path parameter with the id of the row that preconditions apply to; empty
            if the route ignores them.
        may_delete: The resources whose rows the route can delete.
    """

    public = False
    """Whether requests need no owner."""

    conditional_parameter = ""
    may_delete: tuple[Resource[Any], ...] = ()

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add to what FastAPI derives from the endpoint."""
        super().__init__(path, endpoint, **options)
        self.query_parameters = dict(_query_parameters(self.dependant))
        self.body_type = self.body_field.field_info.annotation if self.body_field else None
        self.protected_members: Mapping[str, str] = {}
        statuses = [400, 408, 413, 422, 431, 500, 503]
        if not self.public:
            statuses.append(401)
        if self.body_field is not None:
            statuses.append(415)
        self.add_statuses(*statuses)
        if self.public:
            self.openapi_extra = {"security": [], **(self.openapi_extra or {})}

    def add_statuses(self, *statuses: int) -> None:
        """Document error responses, unless the route has its own documentation of them."""
        self.responses = {**problem_responses(*sorted(statuses)), **self.responses}
        if PreconditionFailed.status in statuses:
            self.openapi_extra = {**_conditional_headers(self.methods or set()), **(self.openapi_extra or {})}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a request, unless a more specific path serves it."""
        selected: SelectedPath | None = scope.get(SELECTED_PATH)
        if selected and selected.hides(self, scope):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return FastAPI's handler, applied to a strict request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            response: Response = await handle(StrictRequest(request.scope, request.receive))
            return response

        return handle_strictly


class PublicRoute(ResourceRoute):
    """A route that needs no owner."""

    public = True


def _query_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Yield all query parameters, those of dependencies and models included."""
    for field in dependant.query_params:
        annotation, _ = split_optional(field.field_info.annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from query_names(annotation).items()
        else:
            yield field.alias, _is_repeatable(annotation)
    for dependency in dependant.dependencies:
        yield from _query_parameters(dependency)


def query_names(model: type[BaseModel]) -> dict[str, bool]:
    """Return the query parameters of a model, with whether they can be repeated."""
    return {name: _is_repeatable(field.annotation) for name, field in fields_of(model).items()}


def _is_repeatable(annotation: Any) -> bool:
    """Check whether an annotation is a collection, or a union with one."""
    python_type = get_origin(annotation) or annotation
    if isinstance(python_type, type) and issubclass(python_type, Sequence | AbstractSet):
        return not issubclass(python_type, str | bytes)
    return any(map(_is_repeatable, get_args(annotation)))


def _conditional_headers(methods: set[str]) -> dict[str, Any]:
    headers = [IF_MATCH] if methods & UNSAFE else [IF_NONE_MATCH]
    if "PUT" in methods:
        headers.append(IF_NONE_MATCH)
    return {"parameters": headers}
