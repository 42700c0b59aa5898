"""A resource's router: every route on it, generated or written by hand, has a scope."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, get_type_hints

from fastapi import APIRouter, Depends, Request, Security

from routers.api.route import ROW_HEADERS, PublicRoute, ResourceRoute, answers_rows
from routers.api.strict_request import admit
from routers.openapi.document import problem_responses
from routers.queries.conflicts import keepers
from routers.queries.preconditions import Preconditions
from routers.resource.resource import Resource, refuse_unresolved
from routers.scope.access import Access, OwnerId
from routers.scope.read_scope import ReadScope
from routers.scope.scope import Scope
from routers.tables.rows import ReadT


class ResourceRouter(APIRouter, Generic[ReadT]):
    """An `APIRouter` whose routes, generated or hand-written, reach rows through a scope.

    Attributes:
        scope: The dependency that gives a hand-written route its scope, to be used as
            `rows: Annotated[Scope[ThingRead], router.scope]`; a public resource has a `ReadScope`.
        tag: What the document says of its operations together.
        by_hand: How many routes were written by hand; None while the standard ones are added.
    """

    def __init__(self, resource: Resource[ReadT], access: Access, prefix: str) -> None:
        """Make a router without routes."""
        self.resource = resource
        self.scope = Depends(_scope_dependency(resource, access))
        # For each route, whether it asks for its scope or not: none is open to nobody.
        super().__init__(
            prefix=prefix + resource.path,
            tags=[resource.collection],
            route_class=PublicRoute if resource.public else ResourceRoute,
            dependencies=[self.scope],
        )
        self.tag = _tag(resource)
        self.by_hand: int | None = None

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route; one that returns a row is answered and documented like a generated one."""
        options["status_code"] = status = options.get("status_code") or 200
        if get_type_hints(endpoint).get("return") is self.resource.read:
            options["response_model"] = self.resource.answer
            options["responses"] = {status: ROW_HEADERS, **(options.get("responses") or {})}
        if options.get("response_description") in {None, "Successful Response"}:  # what FastAPI says
            options["response_description"] = "The answer to what was asked."
        if self.resource.conflicts.intersection(options.get("methods") or ["GET"]):
            options["responses"] = {**problem_responses(409), **(options.get("responses") or {})}
        options["operation_id"] = options.get("operation_id") or camel(endpoint.__name__)
        super().add_api_route(path, answers_rows(endpoint, status), **options)
        if self.by_hand is not None:
            # Before the generated ones: /things/count is not the thing whose id is "count".
            self.routes.insert(self.by_hand, self.routes.pop())
            self.by_hand += 1

    def finish(self) -> None:
        """Document what is known only when all tables are declared: whether others keep a row from going.

        Raises:
            DeclarationError: a reference is to a table that nobody has declared.
        """
        refuse_unresolved(self.resource)
        if list(keepers(self.resource.table, self.resource.table.c.id)):
            for route in self.routes:
                if isinstance(route, ResourceRoute) and "DELETE" in (route.methods or ()):
                    route.responses.update(problem_responses(409))


def _scope_dependency(resource: Resource[ReadT], access: Access) -> Callable[..., Any]:
    def admitted(request: Request) -> Preconditions:
        route = request.scope["route"]
        if not isinstance(route, ResourceRoute):
            raise TypeError(f"{route.path}: only routes of a resource's own router have a scope.")
        admit(request, route.query_parameters)
        return Preconditions.of(request, resource.id_parameter)

    async def public(request: Request) -> ReadScope[ReadT]:
        preconditions = admitted(request)
        return ReadScope(resource, None, access.database(request), preconditions)

    async def owned(request: Request, owner: Annotated[OwnerId, Security(access.owner)]) -> Scope[ReadT]:
        preconditions = admitted(request)
        return Scope(resource, owner, access.database(request), preconditions)

    return public if resource.public else owned


def _tag(resource: Resource[Any]) -> dict[str, str]:
    whose = "the same to everyone" if resource.public else "no other owner sees or changes them"
    name = resource.collection
    return {"name": name, "description": f"{name.replace('-', ' ').capitalize()}: {whose}."}


def camel(name: str) -> str:
    """An operation's name as clients know it: `list_things` becomes `listThings`."""
    first, *rest = name.replace(" ", "_").replace("-", "_").split("_")
    return first + "".join(word.capitalize() for word in rest)
