"""From a declaration to a router: the standard operations, with the door for the hand-written ones."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, get_type_hints

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security
from pydantic import BaseModel

from routers.access import Access, OwnerId
from routers.models import ReadT
from routers.openapi import problem_responses
from routers.pagination import Cursor
from routers.preconditions import Preconditions
from routers.read_scope import ReadScope
from routers.request import admit
from routers.resource import Operation, Resource, refuse_unresolved
from routers.route import (
    CREATED_HEADERS,
    ROW_HEADERS,
    PublicRoute,
    ResourceRoute,
    answers_rows,
    read_response,
    row_response,
)
from routers.scope import Scope
from routers.shapes import given
from routers.types import RowId
from routers.verdict import keepers


def resource_router(resource: Resource[ReadT], access: Access, prefix: str = "") -> "ResourceRouter[ReadT]":
    """Serve a resource: list, create, get, put, update and delete under `prefix` plus its path."""
    router = ResourceRouter(resource, access, prefix)
    for operation, add in _STANDARD.items():
        if operation in resource.operations:
            add(router, resource)
    router.by_hand = 0
    return router


class ResourceRouter(APIRouter, Generic[ReadT]):
    """An `APIRouter` whose routes, generated or hand-written, reach rows through a scope.

    Attributes:
        scope: The dependency that gives a hand-written route its scope, to be used as
            `rows: Annotated[Scope[ThingRead], router.scope]`; a public resource has a `ReadScope`.
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
        self.by_hand: int | None = None

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route; one that returns a row is answered and documented like a generated one."""
        options["status_code"] = status = options.get("status_code") or 200
        if get_type_hints(endpoint).get("return") is self.resource.read:
            options["response_model"] = self.resource.answer
            options["responses"] = {status: ROW_HEADERS, **(options.get("responses") or {})}
        if self.resource.conflicts.intersection(options.get("methods") or ["GET"]):
            options["responses"] = {**problem_responses(409), **(options.get("responses") or {})}
        options["operation_id"] = options.get("operation_id") or _camel(endpoint.__name__)
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
        return ReadScope(resource, None, access.database(request), admitted(request))

    async def owned(request: Request, owner: Annotated[OwnerId, Security(access.owner)]) -> Scope[ReadT]:
        return Scope(resource, owner, access.database(request), admitted(request))

    return public if resource.public else owned


def _add_list(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    orders = {str(order): order for order in resource.orders}

    async def list_rows(rows: Scope[ReadT], query: BaseModel) -> Response:
        wanted = given(query)
        limit, cursor, sort = (
            wanted.pop("limit"),
            wanted.pop("cursor", None),
            wanted.pop("sort", None),
        )
        page = await rows.list(
            limit=limit,
            sort=orders[sort] if sort else None,
            cursor=Cursor.parse(cursor, orders) if cursor else None,
            filters=wanted,
        )
        content = resource.page.model_construct(items=page.items, next_cursor=page.next_cursor)
        return Response(content.model_dump_json(), media_type="application/json")

    _annotate(list_rows, router, query=Annotated[resource.query, Query()])
    router.add_api_route(
        "",
        list_rows,
        methods=["GET"],
        operation_id=_camel(f"list_{resource.collection}"),
        summary=f"List {resource.collection}",
        description=f"Answer one page of your {resource.collection}; follow `next_cursor` for the next.",
        response_model=resource.page,
        response_description="One page.",
    )


def _add_create(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def create_row(request: Request, rows: Scope[ReadT], body: BaseModel) -> Response:
        row = await rows.create(**given(body))
        return row_response(row, 201, f"{request.scope['path']}/{row.id}")

    _annotate(create_row, router, body=resource.create_body)
    router.add_api_route(
        "",
        create_row,
        methods=["POST"],
        status_code=201,
        operation_id=_camel(f"create_{resource.noun}"),
        summary=f"Create a {resource.noun}",
        description=f"Create a {resource.noun} under a new id. To be able to retry safely, use PUT.",
        response_model=resource.answer,
        response_description="Created.",
        responses={201: CREATED_HEADERS},
    )


def _add_get(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def get_row(row_id: RowId, rows: Scope[ReadT]) -> Response:
        return read_response(await rows.get(row_id), rows.preconditions)

    _annotate(get_row, router, row_id=_row_id(resource))
    not_modified = {"description": "You know this state already.", **ROW_HEADERS}
    router.add_api_route(
        _row_path(resource),
        get_row,
        methods=["GET"],
        operation_id=_camel(f"get_{resource.noun}"),
        summary=f"Get a {resource.noun}",
        description=f"Answer one of your {resource.collection}.",
        response_model=resource.answer,
        response_description="As it is now.",
        responses={200: ROW_HEADERS, 304: not_modified},
    )


def _add_put(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def put_row(request: Request, row_id: RowId, rows: Scope[ReadT], body: BaseModel) -> Response:
        row, created = await rows.put(row_id, **given(body))
        if created:
            return row_response(row, 201, request.scope["path"])
        return row_response(row, 200)

    _annotate(put_row, router, row_id=_row_id(resource), body=resource.create_body)
    created = {"description": "Created.", "model": resource.answer, **CREATED_HEADERS}
    router.add_api_route(
        _row_path(resource),
        put_row,
        methods=["PUT"],
        operation_id=_camel(f"put_{resource.noun}"),
        summary=f"Create or replace a {resource.noun}",
        description=f"Create a {resource.noun} under an id of your own, or replace the one that is there. "
        "Members that are not given get their defaults. Sent twice, it leaves the same row.",
        response_model=resource.answer,
        response_description="Replaced.",
        responses={200: ROW_HEADERS, 201: created},
    )


def _add_update(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def update_row(row_id: RowId, rows: Scope[ReadT], body: BaseModel) -> Response:
        return row_response(await rows.update(row_id, **given(body)), 200)

    _annotate(update_row, router, row_id=_row_id(resource), body=resource.update_body)
    router.add_api_route(
        _row_path(resource),
        update_row,
        methods=["PATCH"],
        operation_id=_camel(f"update_{resource.noun}"),
        summary=f"Change a {resource.noun}",
        description=f"Change some members of a {resource.noun} (a JSON merge patch, RFC 7396).",
        response_model=resource.answer,
        response_description="Changed.",
        responses={200: ROW_HEADERS},
    )


def _add_delete(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def delete_row(row_id: RowId, rows: Scope[ReadT]) -> Response:
        await rows.delete(row_id)
        return Response(status_code=204)

    _annotate(delete_row, router, row_id=_row_id(resource))
    router.add_api_route(
        _row_path(resource),
        delete_row,
        methods=["DELETE"],
        status_code=204,
        operation_id=_camel(f"delete_{resource.noun}"),
        summary=f"Delete a {resource.noun}",
        description=f"Delete a {resource.noun} for good.",
        response_description="Gone.",
    )


_STANDARD: dict[Operation, Callable[[ResourceRouter[Any], Resource[Any]], None]] = {
    "list": _add_list,
    "create": _add_create,
    "get": _add_get,
    "put": _add_put,
    "update": _add_update,
    "delete": _add_delete,
}


def _annotate(endpoint: Callable[..., Any], router: ResourceRouter[ReadT], **kinds: Any) -> None:
    """Give an endpoint's parameters the types that are known only now."""
    endpoint.__annotations__.update(kinds, rows=Annotated[Any, router.scope])
    endpoint.__annotations__["return"] = Response


def _row_path(resource: Resource[Any]) -> str:
    return f"/{{{resource.id_parameter}}}"


def _row_id(resource: Resource[Any]) -> Any:
    return Annotated[RowId, Path(alias=resource.id_parameter, description=f"The id of the {resource.noun}.")]


def _camel(name: str) -> str:
    first, *rest = name.replace(" ", "_").replace("-", "_").split("_")
    return first + "".join(word.capitalize() for word in rest)
