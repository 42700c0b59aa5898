"""The FastAPI dependency that opens the scope of a request."""

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, get_type_hints

from fastapi import Request, Security
from fastapi.requests import HTTPConnection

from routers.api.conditional_headers import read_preconditions
from routers.api.route import ResourceRoute
from routers.api.strict_request import StrictRequest
from routers.exceptions import Unauthenticated
from routers.queries.ownership import OwnerId
from routers.resource.resource import Resource
from routers.schemas.read_row import ReadT
from routers.scope.access import Access
from routers.scope.read_scope import ReadScope
from routers.scope.scope import Scope

MakeRow = Callable[[Sequence[Any]], ReadT]


class ScopeDependency(Generic[ReadT]):
    """Resolve the owner of a request, check the request, and open the owner's scope.

    Attributes:
        resource: The resource whose rows the scope reaches.
        owner_takes_request: The owner dependency is an async function of the request alone, so
            `read_owner` can call it without FastAPI.
    """

    def __init__(
        self, resource: Resource[ReadT], access: Access, make_row: MakeRow[ReadT] | None = None
    ) -> None:
        """Open scopes of a resource; `make_row` builds the rows that their methods return."""
        self.resource = resource
        self._access = access
        self._owner_parameter = "" if resource.public else _request_parameter(access.owner)
        self.owner_takes_request = resource.public or self._owner_parameter != ""
        self._make_row = make_row
        parameters: dict[str, Any] = {"request": Request}
        if not resource.public:
            parameters["owner"] = Annotated[OwnerId, Security(access.owner)]
        kind = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, kind, annotation=each) for name, each in parameters.items()]
        )

    async def __call__(self, request: Request, owner: OwnerId | None = None) -> ReadScope[ReadT]:
        """Open the scope for FastAPI, which has resolved the owner."""
        route = request.scope["route"]
        if not isinstance(route, ResourceRoute) or not isinstance(request, StrictRequest):
            raise TypeError(f"{route.path}: only routes on the router of a resource have a scope.")
        request.check(route.query_parameters)
        return self.open(request, owner)

    async def read_owner(self, request: Request) -> OwnerId | None:
        """Return the owner of a request; None if the resource is public.

        Raises:
            Unauthenticated: the request has no valid owner.
        """
        if self.resource.public:
            return None
        owner: OwnerId = await self._access.owner(**{self._owner_parameter: request})
        return owner

    def open(self, request: Request, owner: OwnerId | None) -> ReadScope[ReadT]:
        """Open the owner's scope with the preconditions of the request.

        Raises:
            Unauthenticated: the owner dependency returned no owner.
            InvalidRequest: a precondition header is too long.
        """
        preconditions = read_preconditions(request, self.resource.id_parameter)
        database = self._access.database(request)
        if self.resource.public:
            return ReadScope(self.resource, None, database, preconditions, self._make_row)
        if not owner:
            raise Unauthenticated(headers={"WWW-Authenticate": "Owner"})
        return Scope(self.resource, owner, database, preconditions, self._make_row)


def _request_parameter(dependency: Any) -> str:
    """Return the only parameter of an async function of the request; empty for any other function."""
    call = dependency if inspect.isfunction(dependency) else type(dependency).__call__
    names = list(inspect.signature(dependency).parameters)
    if len(names) != 1 or not inspect.iscoroutinefunction(call):
        return ""
    try:
        annotation = get_type_hints(call).get(names[0])
    except NameError:  # a type that is imported for type checkers only
        return ""
    return names[0] if annotation in (Request, HTTPConnection) else ""
