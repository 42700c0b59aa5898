"""The short way to an endpoint: what FastAPI finds out for each request, found out once."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect

from routers.api.strict_request import KEPT, for_text
from routers.schemas.models import ListQuery
from routers.tables.rows import ReadRow


class Otherwise(Exception):
    """FastAPI has to look at this request itself."""


@dataclass(frozen=True)
class Shortcut:
    """How a well-formed request becomes the arguments of its endpoint.

    Whatever is not well-formed takes FastAPI's own way, which says what is wrong.

    Attributes:
        route: Whose it is.
        endpoint: What answers.
        scope_of: Makes the scope, of the request and its owner.
        owner_of: Answers the owner; None where everyone may ask.
        owner_asks: Its parameter that gets the request.
        scope_names: The endpoint's parameters that get the scope.
        request_name: The one that gets the request.
        path: Those of the path: name, name in the path, field.
        query, body: The one that gets the query, and the body, with its model or field.
    """

    route: APIRoute
    endpoint: Callable[..., Any]
    scope_of: Callable[..., Any]
    owner_of: Callable[..., Any] | None
    owner_asks: str
    scope_names: tuple[str, ...]
    request_name: str | None
    path: tuple[tuple[str, str, Any], ...]
    query: tuple[str, Any] | None
    body: tuple[str, Any] | None

    async def answer(self, request: Request) -> Any:
        """What the endpoint answers.

        Raises:
            Otherwise: FastAPI has to look at the request itself; nobody was asked.
            ProblemError: the endpoint's own, or nobody asks.
        """
        return await self.endpoint(**await self._arguments(request))

    async def _arguments(self, request: Request) -> dict[str, Any]:
        arguments = {self.body[0]: await self._sent(request, self.body[1])} if self.body else {}
        for name, alias, field in self.path:
            arguments[name] = _valid(field, request.path_params[alias])
        if self.query:
            arguments[self.query[0]] = _given(self.query[1], request)
        # The owner last, and so once: the long way asks first, and says nothing of the rest to nobody.
        asked = [await self.owner_of(**{self.owner_asks: request})] if self.owner_of else []
        rows = await self.scope_of(request, *asked)
        arguments |= dict.fromkeys(self.scope_names, rows)
        if self.request_name:
            arguments[self.request_name] = request
        return arguments

    async def _sent(self, request: Request, field: Any) -> Any:
        try:
            return _valid(field, await request.json()) if await request.body() else _otherwise()
        except ClientDisconnect:  # in the middle of the body
            return _otherwise()


def _valid(field: Any, value: Any) -> Any:
    value, errors = field.validate(value)
    return _otherwise() if errors else value


def _given(model: Any, request: Request) -> Any:
    query = request.scope["query_string"]
    # Somebody else's model may make a default anew each time, and its reader may change what it holds.
    read = for_text(query, _read) if issubclass(model, ListQuery) else _read.__wrapped__
    return read(model, query) or _otherwise()


@lru_cache(KEPT)
def _read(model: Any, query: bytes) -> Any:
    """What a query says; nothing where it says it badly."""
    given = QueryParams(query)
    if len(given) != len(given.multi_items()):
        return None
    try:
        return model.model_validate(dict(given))
    except ValidationError:
        return None


def _otherwise() -> Any:
    raise Otherwise


def shortcut(context: RouteContext) -> Shortcut | None:
    """The short way to the endpoint of a route as it is included; None where there is none.

    There is one where a route asks for its scope, for a row's id, for one model of the query, for one of
    the body and for the request, and nothing else, and answers a response or a row.
    """
    route = context.original_route
    if not isinstance(route, APIRoute):
        return None
    dependant: Dependant = context.dependant
    endpoint = _call(dependant)  # not the route's own: what traces an application may have wrapped it
    scope = _only(dependant.dependencies)
    if scope is None or not _is_plain(dependant) or not _is_plain(scope) or not _answers(endpoint):
        return None
    owner = scope.dependencies[0] if scope.dependencies else None
    if len(scope.dependencies) > 1 or (
        owner and not (_request_name(owner) and inspect.iscoroutinefunction(_call(owner)))
    ):
        return None
    if len(dependant.query_params) > 1 or dependant.body_params not in ([], [context.body_field]):
        return None
    query = [(each.name, each.field_info.annotation) for each in dependant.query_params]
    if any(not (isinstance(model, type) and issubclass(model, BaseModel)) for _, model in query):
        return None
    body = [(each.name, each) for each in dependant.body_params]
    names = tuple(each.name for each in dependant.dependencies if each.name)
    return Shortcut(
        route=route,
        endpoint=endpoint,
        scope_of=_call(scope),
        owner_of=_call(owner) if owner else None,
        owner_asks=_request_name(owner) if owner else "",
        scope_names=names,
        request_name=dependant.request_param_name,
        path=tuple((each.name, each.alias, each) for each in dependant.path_params),
        query=query[0] if query else None,
        body=body[0] if body else None,
    )


def _only(dependencies: list[Dependant]) -> Dependant | None:
    """The one dependency that all of these are; each mention of it has an entry."""
    calls = {each.call for each in dependencies}
    return dependencies[0] if len(calls) == 1 else None


def _is_plain(dependant: Dependant) -> bool:
    """Whether nothing is asked for but the request and what comes from its path, query and body."""
    asked = _special(dependant) - {"request_param_name"}
    return not (asked or dependant.header_params or dependant.cookie_params)


def _special(dependant: Dependant) -> set[str]:
    """What is asked for besides values and dependencies: the request, the response and so on."""
    names = {field.name for field in fields(dependant) if field.name.endswith("_param_name")}
    return {name for name in names if getattr(dependant, name)}


def _request_name(owner: Dependant) -> str:
    """The parameter of an owner dependency that gets the request; empty where it asks for anything else."""
    kind, *others = _special(owner) or {""}
    values = [*owner.path_params, *owner.query_params, *owner.header_params, *owner.cookie_params]
    if others or values or owner.body_params or owner.dependencies:
        return ""
    return str(getattr(owner, kind)) if kind in {"request_param_name", "http_connection_param_name"} else ""


def _call(dependant: Dependant) -> Any:
    """What a dependency calls; of an object that is called, its method."""
    call: Any = dependant.call
    plain = inspect.isfunction(call) or inspect.ismethod(call)
    return call if plain else call.__call__


def _answers(endpoint: Callable[..., Any]) -> bool:
    answered = get_type_hints(inspect.unwrap(endpoint)).get("return")
    return isinstance(answered, type) and issubclass(answered, Response | ReadRow)
