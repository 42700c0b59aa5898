"""From a declaration to its router: the standard operations."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel

from routers.api.route import (
    CREATED_HEADERS,
    ROW_HEADERS,
    read_response,
    row_response,
)
from routers.api.router import ResourceRouter, camel
from routers.queries.pagination import Cursor
from routers.resource.resource import Resource
from routers.resource.validation import Operation
from routers.schemas.field_formats import RowId
from routers.schemas.models import given
from routers.scope.access import Access
from routers.scope.scope import Scope
from routers.tables.rows import ReadT


def resource_router(resource: Resource[ReadT], access: Access, prefix: str = "") -> "ResourceRouter[ReadT]":
    """Serve a resource: list, create, get, put, update and delete under `prefix` plus its path."""
    router = ResourceRouter(resource, access, prefix)
    for operation, add in _STANDARD.items():
        if operation in resource.operations:
            add(router, resource)
    router.by_hand = 0
    return router


def _add_list(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    orders = {str(order): order for order in resource.orders}

    async def list_rows(rows: Scope[ReadT], query: BaseModel) -> Response:
        wanted = given(query)
        limit, cursor, sort = (
            wanted.pop("limit"),
            wanted.pop("cursor", None),
            wanted.pop("sort", None),
        )
        content = await rows.list_json(
            limit=limit,
            sort=orders[sort] if sort else None,
            cursor=Cursor.parse(cursor, orders) if cursor else None,
            filters=wanted,
        )
        return Response(content, media_type="application/json")

    _annotate(list_rows, router, query=Annotated[resource.query, Query()])
    router.add_api_route(
        "",
        list_rows,
        methods=["GET"],
        operation_id=camel(f"list_{resource.collection}"),
        summary=f"List {resource.collection}",
        description=f"Answer one page of {resource.collection}; follow `next_cursor` for the next.",
        response_model=resource.page,
        response_description=f"One page of {resource.collection}, in order.",
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
        operation_id=camel(f"create_{resource.noun}"),
        summary=f"Create a {resource.noun}",
        description=f"Create a {resource.noun} under a new id. To be able to retry safely, use PUT.",
        response_model=resource.answer,
        response_description=f"The {resource.noun} that was created.",
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
        operation_id=camel(f"get_{resource.noun}"),
        summary=f"Get a {resource.noun}",
        description=f"Answer one of the {resource.collection}, by its id.",
        response_model=resource.answer,
        response_description=f"The {resource.noun} as it is now.",
        responses={200: ROW_HEADERS, 304: not_modified},
    )


def _add_put(router: ResourceRouter[ReadT], resource: Resource[ReadT]) -> None:
    async def put_row(request: Request, row_id: RowId, rows: Scope[ReadT], body: BaseModel) -> Response:
        row, created = await rows.put(row_id, **given(body))
        if created:
            return row_response(row, 201, request.scope["path"])
        return row_response(row, 200)

    _annotate(put_row, router, row_id=_row_id(resource), body=resource.create_body)
    created = {
        "description": f"The {resource.noun} that was created.",
        "model": resource.answer,
        **CREATED_HEADERS,
    }
    router.add_api_route(
        _row_path(resource),
        put_row,
        methods=["PUT"],
        operation_id=camel(f"put_{resource.noun}"),
        summary=f"Create or replace a {resource.noun}",
        description=f"Create a {resource.noun} under an id of your own, or replace the one that is there. "
        "Members that are not given get their defaults. Sent twice, it leaves the same row.",
        response_model=resource.answer,
        response_description=f"The {resource.noun} as it was replaced.",
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
        operation_id=camel(f"update_{resource.noun}"),
        summary=f"Change a {resource.noun}",
        description=f"Change some members of a {resource.noun} (a JSON merge patch, RFC 7396).",
        response_model=resource.answer,
        response_description=f"The {resource.noun} after the change.",
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
        operation_id=camel(f"delete_{resource.noun}"),
        summary=f"Delete a {resource.noun}",
        description=f"Delete a {resource.noun} for good.",
        response_description=f"There is no such {resource.noun} any more.",
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
    return Annotated[
        RowId, Path(alias=resource.id_parameter, description=f"Which {resource.noun} is meant, by its id.")
    ]
