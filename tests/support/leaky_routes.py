"""Custom routes that bypass the scope with SQL of their own, as a module beside `routes.py` could.

Each leaks in another way: the isolation test must find all of them.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text

from routers import Conflict, NotFound, ProblemError, ScopedRouter
from tests.support.gadgets import access

Rows = list[Any]


async def execute(request: Request, sql: str, **parameters: Any) -> Rows:
    """Execute a statement on the database of the request; without an owner in it, it reaches all rows."""
    parameters["owner"] = request.headers["owner"]
    async with request.app.state.database.engine.begin() as connection:
        result = await connection.execute(text(sql), parameters)
        return list(result.scalars()) if result.returns_rows else []


class Ids(BaseModel):
    """The ids of gadgets."""

    ids: list[UUID] = Field(max_length=10)


class Move(BaseModel):
    """A new note for a gadget."""

    target: UUID
    note: str = Field(min_length=2, max_length=40)


class Moves(BaseModel):
    """New notes for gadgets."""

    moves: list[Move] = Field(min_length=1, max_length=3)


class Forbidden(ProblemError):
    """403: the row exists and belongs to another owner."""

    status = 403
    detail = "This row belongs to another owner."


async def update_many(request: Request, body: Ids) -> None:
    await execute(
        request, "UPDATE gadget SET ready = true, version = version + 1 WHERE id = ANY(:ids)", ids=body.ids
    )


async def update_nested(request: Request, body: Moves) -> None:
    for each in body.moves:
        sql = "UPDATE gadget SET note = :note WHERE id = :id"
        await execute(request, sql, note=each.note, id=each.target)


async def delete_many(request: Request, body: Ids) -> None:
    await execute(request, "DELETE FROM gadget WHERE id = ANY(:ids)", ids=body.ids)


async def find_many(request: Request, body: Ids) -> Rows:
    return await execute(request, "SELECT name FROM gadget WHERE id = ANY(:ids) ORDER BY name", ids=body.ids)


async def list_all(request: Request) -> Rows:
    return await execute(request, "SELECT name FROM gadget ORDER BY name")


async def count_all(request: Request) -> int:
    (count,) = await execute(request, "SELECT count(*) FROM gadget")
    return int(count)


async def get_by_name(request: Request, name: str) -> Rows:
    return await execute(request, "SELECT note FROM gadget WHERE name = :name ORDER BY note", name=name)


async def claim_name(request: Request, name: str) -> str:
    """Reveal in the text of an error that another owner uses a name."""
    owners = await execute(request, "SELECT owner_id FROM gadget WHERE name = :name", name=name)
    if request.headers["owner"] in owners:
        return name
    raise Conflict("Another owner uses this name." if owners else "Nobody uses this name.")


async def check_access(request: Request, gadget_id: UUID) -> str:
    """Reveal by a status that another owner has a row."""
    owned = "SELECT name FROM gadget WHERE id = :id AND owner_id = :owner"
    if rows := await execute(request, owned, id=gadget_id):
        return str(rows[0])
    raise (
        Forbidden if await execute(request, "SELECT 1 FROM gadget WHERE id = :id", id=gadget_id) else NotFound
    )


async def count_in_header(request: Request, response: Response) -> None:
    response.headers["X-Total"] = str(await count_all(request))


async def list_by_popularity(request: Request) -> Rows:
    """Reveal by the order of the owner's rows how many rows of others have the same name."""
    return await execute(
        request,
        "SELECT id FROM gadget AS own WHERE owner_id = :owner"
        " ORDER BY (SELECT count(*) FROM gadget WHERE name = own.name), id",
    )


async def list_with_cursor(request: Request, cursor: str = "0") -> dict[str, Any]:
    """Reveal by a cursor, a position in the whole table, how many rows of others precede."""
    rows = await execute(
        request,
        "SELECT position FROM (SELECT row_number() OVER (ORDER BY id) AS position, owner_id FROM gadget)"
        " AS rows WHERE owner_id = :owner AND position > :after ORDER BY position LIMIT 1",
        after=int(cursor) if cursor.isdecimal() else 0,
    )
    return {"items": len(rows), "next_cursor": str(rows[0]) if rows else None}


LEAKS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "an update": ("POST", "/ready", update_many),
    "an update by ids in nested objects": ("POST", "/moves", update_nested),
    "a delete": ("POST", "/delete", delete_many),
    "a select by ids": ("POST", "/find", find_many),
    "a list": ("GET", "/all", list_all),
    "a count": ("GET", "/total", count_all),
    "a query parameter": ("GET", "/named", get_by_name),
    "a path parameter": ("GET", "/named/{name}", get_by_name),
    "the text of an error": ("POST", "/claim/{name}", claim_name),
    "a status": ("GET", "/{gadget_id}/access", check_access),
    "a header": ("GET", "/headers", count_in_header),
    "an order": ("GET", "/popular", list_by_popularity),
    "a cursor": ("GET", "/pages", list_with_cursor),
}
"""The method, the path and the endpoint of each leak."""


def leaky_search() -> ScopedRouter:
    """Return a router that belongs to no resource, with a leak."""
    router = ScopedRouter(access, prefix="/search", name="search", description="Search.")
    router.get("")(get_by_name)
    return router
