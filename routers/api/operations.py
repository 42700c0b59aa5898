"""Generate the standard operations of a resource."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel

from routers.api.responses import (
    CREATED_HEADERS,
    PATCHED_HEADERS,
    ROW_HEADERS,
    location,
    page_response,
    patch_response,
    read_response,
    row_response,
)
from routers.api.route import ResourceRoute
from routers.api.router import ResourceRouter, operation_id
from routers.api.scope_dependency import ScopeDependency
from routers.exceptions import PreconditionFailed
from routers.resource.declaration import Operation
from routers.resource.resource import Resource
from routers.schemas.field_formats import RowId
from routers.schemas.models import provided
from routers.schemas.read_row import ReadT
from routers.scope.access import Access
from routers.scope.scope import Scope

_VOWEL_SOUND = re.compile(r"(?!eu|one|uni|us)[aeiou]|hour|honest")


def resource_router(resource: Resource[ReadT], access: Access, prefix: str = "") -> ResourceRouter[ReadT]:
    """Return a router with the operations of a resource: list, create, get, put, update, delete."""
    router = ResourceRouter(resource, access, prefix)
    generator = _Generator(router, access)
    for operation, add in _OPERATIONS.items():
        if operation in resource.operations:
            add(generator)
    return router


class _Generator:
    """Adds generated routes to a router; their scope returns rows that are encoded fastest."""

    def __init__(self, router: ResourceRouter[Any], access: Access) -> None:
        self.router = router
        self.resource: Resource[Any] = router.resource
        self.encoder = self.resource.encoder
        self.scope = Depends(ScopeDependency(self.resource, access, self.encoder.make_row))
        self.noun, id_parameter = self.resource.noun, self.resource.id_parameter
        self.a_noun = f"{'an' if _VOWEL_SOUND.match(self.noun) else 'a'} {self.noun}"
        self.row_path = f"/{{{id_parameter}}}"
        description = f"The unique id of the {self.noun}."
        self.row_id = Annotated[RowId, Path(alias=id_parameter, description=description)]

    def add(
        self,
        path: str,
        endpoint: Callable[..., Any],
        types: dict[str, Any],
        *,
        statuses: tuple[int, ...] = (),
        **options: Any,
    ) -> ResourceRoute:
        """Add a route; `types` are those of parameters that are known only now.

        `statuses` are those that the scope can raise, besides 409.
        """
        endpoint.__annotations__.update({**types, "rows": Annotated[Any, self.scope], "return": Response})
        name = f"{self.resource.operation_prefix} {options.pop('name')}".strip()
        options["operation_id"] = operation_id(name)
        route = self.router.add_operation(path, endpoint, self.scope, **options)
        if self.resource.conflicts & (route.methods or set()):
            statuses += (409,)
        if PreconditionFailed.status in statuses:
            route.conditional_parameter = self.resource.id_parameter
        if route.body_field:
            route.protected_members = self._protected()
        route.add_statuses(*statuses)
        return route

    def _protected(self) -> dict[str, str]:
        """Return why clients cannot write some members. Those of the body do not look it up."""
        written = self.resource.create.model_fields
        return {
            **dict.fromkeys(self.resource.read.model_fields.keys() - written, "The server sets this member."),
            **dict.fromkeys(self.resource.write_once, "This member cannot be changed after creation."),
        }


def _add_list(generator: _Generator) -> None:
    resource, encoder = generator.resource, generator.encoder

    async def list_rows(rows: Scope[Any], query: BaseModel) -> Response:
        filters = provided(query)
        cursor, sort = filters.pop("cursor", None), filters.pop("sort", None)
        page = await rows.list(
            limit=filters.pop("limit"),
            sort=resource.order(sort) if sort else None,
            cursor=resource.cursor(cursor) if cursor else None,
            count=resource.count and filters.pop("count", False),
            filters=filters,
        )
        return page_response(encoder, page, 200)

    generator.add(
        "",
        list_rows,
        {"query": Annotated[resource.query_schema, Query()]},
        methods=["GET"],
        name=f"list_{resource.collection}",
        summary=f"List {resource.collection}",
        description=f"Return one page of {resource.collection}. "
        "Pass `next_cursor` as `cursor` to get the next page.",
        response_model=resource.page_schema,
        response_description=f"One page of {resource.collection}, in the requested order.",
    )


def _add_create(generator: _Generator) -> None:
    encoder, noun = generator.encoder, generator.noun

    async def create_row(request: Request, rows: Scope[Any], body: BaseModel) -> Response:
        row = await rows.create(**provided(body))
        return row_response(encoder, row, 201, location(request, row.id))

    generator.add(
        "",
        create_row,
        {"body": generator.resource.create_schema},
        methods=["POST"],
        status_code=201,
        name=f"create_{noun}",
        summary=f"Create {generator.a_noun}",
        description=f"Create {generator.a_noun} with a generated id. "
        "To retry safely, use PUT with a client-generated id.",
        response_model=generator.resource.response_schema,
        response_description=f"The {noun} that was created.",
        responses={201: CREATED_HEADERS},
    )


def _add_get(generator: _Generator) -> None:
    encoder, noun = generator.encoder, generator.noun
    # Derived members change without the version, so an equal version does not mean an equal response.
    is_derived = bool(generator.resource.derived)

    async def get_row(row_id: RowId, rows: Scope[Any]) -> Response:
        row = await rows.get(row_id)
        return read_response(encoder, row, rows.preconditions, always_fresh=is_derived)

    not_modified = {"description": "The version in `If-None-Match` is the current one.", **ROW_HEADERS}
    responses = {200: ROW_HEADERS, **({} if is_derived else {304: not_modified})}
    generator.add(
        generator.row_path,
        get_row,
        {"row_id": generator.row_id},
        statuses=(404, 412),
        methods=["GET"],
        name=f"get_{noun}",
        summary=f"Get {generator.a_noun}",
        description=f"Return {generator.a_noun} by its id.",
        response_model=generator.resource.response_schema,
        response_description=f"The {noun} with this id.",
        responses=responses,
    )


def _add_put(generator: _Generator) -> None:
    encoder, noun = generator.encoder, generator.noun

    async def put_row(request: Request, row_id: RowId, rows: Scope[Any], body: BaseModel) -> Response:
        row, created = await rows.put(row_id, **provided(body))
        if created:
            return row_response(encoder, row, 201, location(request))
        return row_response(encoder, row, 200)

    response_schema = generator.resource.response_schema
    created = {"description": f"The {noun} that was created.", "model": response_schema, **CREATED_HEADERS}
    generator.add(
        generator.row_path,
        put_row,
        {"row_id": generator.row_id, "body": generator.resource.create_schema},
        statuses=(412,),
        methods=["PUT"],
        name=f"put_{noun}",
        summary=f"Create or replace {generator.a_noun}",
        description=f"Create {generator.a_noun} with a client-generated id, or replace the existing one. "
        "Omitted members get their defaults. The request can be retried safely.",
        response_model=response_schema,
        response_description=f"The {noun} after the replacement.",
        responses={200: ROW_HEADERS, 201: created},
    )


def _add_update(generator: _Generator) -> None:
    encoder, noun = generator.encoder, generator.noun

    async def update_row(row_id: RowId, rows: Scope[Any], body: BaseModel) -> Response:
        return patch_response(encoder, await rows.merge(row_id, **provided(body)))

    generator.add(
        generator.row_path,
        update_row,
        {"row_id": generator.row_id, "body": generator.resource.update_schema},
        statuses=(404, 412),
        methods=["PATCH"],
        name=f"update_{noun}",
        summary=f"Update {generator.a_noun}",
        description=f"Update members of {generator.a_noun} with a JSON merge patch (RFC 7396). "
        "Omitted members stay unchanged.",
        response_model=generator.resource.response_schema,
        response_description=f"The {noun} after the update.",
        responses={200: PATCHED_HEADERS},
    )


def _add_delete(generator: _Generator) -> None:
    noun = generator.noun

    async def delete_row(row_id: RowId, rows: Scope[Any]) -> Response:
        await rows.delete(row_id)
        return Response(status_code=204)

    route = generator.add(
        generator.row_path,
        delete_row,
        {"row_id": generator.row_id},
        statuses=(404, 412),
        methods=["DELETE"],
        status_code=204,
        name=f"delete_{noun}",
        summary=f"Delete {generator.a_noun}",
        description=f"Delete {generator.a_noun} permanently.",
        response_description=f"The {noun} was deleted permanently.",
    )
    route.may_delete = (generator.resource,)


_OPERATIONS: dict[Operation, Callable[[_Generator], None]] = {
    "list": _add_list,
    "create": _add_create,
    "get": _add_get,
    "put": _add_put,
    "update": _add_update,
    "delete": _add_delete,
}
