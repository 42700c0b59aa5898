"""The FastAPI dependencies that identify the owner of a request and open the owner's scopes."""

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
from routers.queries.preconditions import Preconditions
from routers.resource.resource import Resource
from routers.schemas.read_row import ReadT
from routers.scope.access import Access
from routers.scope.read_scope import ReadScope
from routers.scope.scope import Scope
from routers.scope.unit_of_work import UnitOfWork

MakeRow = Callable[[Sequence[Any]], ReadT]


class OwnerDependency:
    """Resolve the owner of a request, and check the request.

    Attributes:
        access: Where the owner and the database come from.
        public: Requests need no owner.
        owner_takes_request: The owner dependency is an async function of the request alone, so
            `read_owner` can call it without FastAPI.
    """

    def __init__(self, access: Access, *, public: bool = False) -> None:
        """Require an owner, unless the operation is public."""
        self.access = access
        self.public = public
        self._owner_parameter = "" if public else _request_parameter(access.owner)
        self.owner_takes_request = public or self._owner_parameter != ""
        parameters: dict[str, Any] = {"request": Request}
        if not public:
            parameters["owner"] = Annotated[OwnerId, Security(access.owner)]
        kind = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, kind, annotation=each) for name, each in parameters.items()]
        )

    async def __call__(self, request: Request, owner: OwnerId | None = None) -> Any:
        """Check the request for FastAPI, which has resolved the owner."""
        route = request.scope["route"]
        if not isinstance(route, ResourceRoute) or not isinstance(request, StrictRequest):
            raise TypeError(
                f"{route.path}: only routes on a ScopedRouter, like the router of a resource, have a scope."
            )
        self._check_owner(owner)
        request.check(route.query_parameters)
        return self.open(request, owner)

    async def read_owner(self, request: Request) -> OwnerId | None:
        """Return the owner of a request; None if the operation is public.

        Raises:
            Unauthenticated: the request has no valid owner.
        """
        if self.public:
            return None
        owner: OwnerId = await self.access.owner(**{self._owner_parameter: request})
        self._check_owner(owner)
        return owner

    def _check_owner(self, owner: OwnerId | None) -> None:
        """Raise `Unauthenticated` if the owner dependency returned no owner."""
        if not owner and not self.public:
            raise Unauthenticated(headers={"WWW-Authenticate": "Owner"})

    def open(self, _request: Request, _owner: OwnerId | None) -> Any:
        """Return what the endpoint gets."""
        return None


class ScopeDependency(OwnerDependency, Generic[ReadT]):
    """Resolve the owner of a request, check the request, and open the owner's scope.

    Attributes:
        resource: The resource whose rows the scope reaches.
    """

    def __init__(
        self, resource: Resource[ReadT], access: Access, make_row: MakeRow[ReadT] | None = None
    ) -> None:
        """Open scopes of a resource; `make_row` builds the rows that their methods return."""
        super().__init__(access, public=resource.public)
        self.resource = resource
        self._make_row = make_row

    @property
    def id_parameter(self) -> str:
        """The path parameter with the id of a row of the scope."""
        return self.resource.id_parameter

    def open(self, request: Request, owner: OwnerId | None) -> ReadScope[ReadT]:
        """Open the owner's scope, with the preconditions of the request if they are about its rows.

        Raises:
            InvalidRequest: a precondition header is too long.
        """
        preconditions = Preconditions.NONE
        if request.scope["route"].conditional_parameter == self.id_parameter:
            preconditions = read_preconditions(request, self.id_parameter)
        unit = UnitOfWork.of(request.scope, self.access.database(request))
        if owner is None or self.public:
            return ReadScope(self.resource, None, unit, preconditions, self._make_row)
        return Scope(self.resource, owner, unit, preconditions, self._make_row)


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
