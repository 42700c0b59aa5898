"""The fast path: process a request without FastAPI's resolution of dependencies.

It serves endpoints that take nothing but scopes, values from the path, one model of query parameters, one
model of the body and the request. FastAPI serves all others, with the same results.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from fastapi import params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from routers.api.route import ResourceRoute, query_names
from routers.api.scope_dependency import OwnerDependency, ScopeDependency
from routers.api.strict_request import CACHE_SIZE, StrictRequest, cached
from routers.queries.ownership import OwnerId
from routers.schemas.models import ListQuery

_SOURCES = ("path", "query", "body")
"""The order in which FastAPI reports errors."""

_NO_BODY = object()
"""Marks a request without a body."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an endpoint whose value comes from the path, the query or the body.

    Attributes:
        name: The name of the parameter.
        location: The source of the value, as FastAPI names it in errors, e.g. `("path", "task_id")`.
        validate: A function of the request and the content of its body that returns the value.
    """

    name: str
    location: tuple[str, ...]
    validate: Callable[[Request, Any], Any]


@dataclass(frozen=True)
class FastPath:
    """Processes the requests of one route.

    Attributes:
        route: The route, with its query parameters.
        owner: The dependency that identifies the owner.
        scopes: The dependencies that open scopes, each with the endpoint's parameters that take it.
        request_names: The endpoint's parameters that take the request.
        parameters: The endpoint's other parameters.
    """

    route: ResourceRoute
    owner: OwnerDependency
    scopes: Mapping[OwnerDependency, list[str]]
    request_names: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    async def respond(self, request: StrictRequest) -> Response:
        """Process a request, stage by stage. A stage that fails raises, and the later ones do not run."""
        body = await request.read() if self.route.body_field else b""
        owner = await self.owner.read_owner(request)
        content = request.parse(body) if body else _NO_BODY
        request.check(self.route.query_parameters)
        arguments = dict.fromkeys(self.request_names, request) | self._open_scopes(request, owner)
        arguments |= self._validate(request, content)
        response = await self.route.endpoint(**arguments)
        return self._check_response(response)

    def _open_scopes(self, request: Request, owner: OwnerId | None) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        for dependency, names in self.scopes.items():
            scope = dependency.open(request, owner)
            for name in names:
                arguments[name] = scope
        return arguments

    def _validate(self, request: Request, content: Any) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        errors: list[Any] = []
        for parameter in self.parameters:
            try:
                arguments[parameter.name] = parameter.validate(request, content)
            except ValidationError as error:
                details = error.errors(include_url=False)
                errors += ({**each, "loc": parameter.location + each["loc"]} for each in details)
        if errors:
            raise RequestValidationError(errors, body=content)
        return arguments

    def _check_response(self, response: Any) -> Response:
        if not isinstance(response, Response):
            name = self.route.endpoint.__name__
            raise TypeError(f"{name} must return a row or a Response, not {response!r}.")
        return response


def build_fast_path(context: RouteContext) -> FastPath | None:
    """Build the fast path of an included route; return None if FastAPI must serve it."""
    route = context.original_route
    if not isinstance(route, ResourceRoute):
        return None
    signature = inspect.signature(route.endpoint, eval_str=True)
    scopes: dict[Any, list[str]] = {each.dependency: [] for each in context.dependencies}
    request_names, parameters = [], []
    for name, declared in signature.parameters.items():
        if declared.annotation is declared.empty or declared.default is not declared.empty:
            return None
        annotation, metadata = _split(declared.annotation)
        depends = [each for each in metadata if isinstance(each, params.Depends)]
        if annotation is Request:
            request_names.append(name)
        elif depends:
            for each in depends:
                scopes.setdefault(each.dependency, []).append(name)
        elif parameter := _parameter(name, declared.annotation, set(context.param_convertors)):
            parameters.append(parameter)
        else:
            return None
    owner = _owner_dependency(scopes)
    if owner is None:
        return None
    rows = tuple(each.resource.read for each in scopes if isinstance(each, ScopeDependency))
    if not _returns(signature.return_annotation, Response, *rows) or len(
        {each.location for each in parameters}
    ) < len(parameters):
        return None
    parameters.sort(key=lambda each: _SOURCES.index(each.location[0]))
    return FastPath(route, owner, scopes, tuple(request_names), tuple(parameters))


def _owner_dependency(dependencies: Iterable[Any]) -> OwnerDependency | None:
    """Return the dependency that identifies the owner for all; None if FastAPI must resolve them."""
    if not all(isinstance(each, OwnerDependency) and each.owner_takes_request for each in dependencies):
        return None
    owned = [each for each in dependencies if not each.public] or list(dependencies)[:1]
    return owned[0] if len({id(each.access.owner) for each in owned}) == 1 else None


def _split(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Split an annotation into its type and its metadata."""
    if get_origin(annotation) is Annotated:
        python_type, *metadata = get_args(annotation)
        return python_type, tuple(metadata)
    return annotation, ()


def _parameter(name: str, hint: Any, path_names: set[str]) -> Parameter | None:
    """Return the parameter for an annotation; None if the annotation is not supported."""
    annotation, metadata = _split(hint)
    sources = [each for each in metadata if isinstance(each, params.Param | params.Body)]
    aliases = [each.alias for each in sources if each.alias]
    alias = aliases[-1] if aliases else name
    if alias in path_names and all(isinstance(each, params.Path) for each in sources):
        return Parameter(name, ("path", alias), _path_validator(alias, hint))
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return None
    if not sources:
        return Parameter(name, ("body",), _body_validator(hint))
    if len(sources) == 1 and type(sources[0]) is params.Query:
        return Parameter(name, ("query",), _query_validator(annotation))
    return None


def _path_validator(alias: str, hint: Any) -> Callable[[Request, Any], Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    return lambda request, _content: adapter.validate_python(request.path_params[alias])


def _body_validator(hint: Any) -> Callable[[Request, Any], Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(hint)

    def validate(_request: Request, content: Any) -> Any:
        if content is _NO_BODY:
            details: Any = [{"type": "missing", "input": None}]
            raise ValidationError.from_exception_data("body", details)
        return adapter.validate_python(content)

    return validate


def _query_validator(model: type[BaseModel]) -> Callable[[Request, Any], Any]:
    names = query_names(model)

    @lru_cache(CACHE_SIZE)
    def parse(query: bytes) -> Any:
        parameters = QueryParams(query)
        values = {
            name: parameters.getlist(name) if repeated else parameters[name]
            for name, repeated in names.items()
            if name in parameters
        }
        return model.model_validate(values)

    def validate(request: Request, _content: Any) -> Any:
        query = request.scope["query_string"]
        # Only our own list queries are cached: other models may be mutable, or have varying defaults.
        return (cached(parse, query) if issubclass(model, ListQuery) else parse.__wrapped__)(query)

    return validate


def _returns(returned: Any, *types: type) -> bool:
    return isinstance(returned, type) and issubclass(returned, types)
