"""A resource of the tests' own: the generator is tested without the application."""

from typing import Annotated

from fastapi import Request
from fastapi.security import APIKeyHeader
from sqlalchemy import not_
from sqlmodel import Field, SQLModel, col

from routers import (
    ONE_LINE,
    Access,
    Equals,
    OwnedRow,
    OwnerId,
    QueryBool,
    Range,
    ReadRow,
    Resource,
    ResourceRouter,
    RowId,
    Scope,
    Search,
    Unauthenticated,
    resource_router,
)


class GadgetCreate(SQLModel):
    """A gadget as a client writes it."""

    name: str = Field(max_length=20, schema_extra={"pattern": ONE_LINE})
    note: str | None = Field(default=None, min_length=2, max_length=40)
    ready: bool = False


class Gadget(GadgetCreate, OwnedRow, table=True):
    """A row of gadgets."""


class GadgetRead(GadgetCreate, ReadRow):
    """A gadget as its owner sees it."""


gadgets = Resource(
    path="/gadgets",
    model=Gadget,
    create=GadgetCreate,
    read=GadgetRead,
    filters=(Equals("ready"), Range("created_at"), Search("name", "note")),
    sorts=("-created_at", "created_at", "-updated_at", "updated_at", "name", "-name"),
)


KNOWN = {"ann", "bob", "fuzzer", "intruder", "witness"}


class Named(APIKeyHeader):
    """Believes the header `Owner` where it knows the name."""

    async def __call__(self, request: Request) -> OwnerId:  # type: ignore[override]
        name = request.headers.get("owner")
        if name not in KNOWN:
            raise Unauthenticated(headers={"WWW-Authenticate": "Owner"})
        return OwnerId(name)


access = Access(
    owner=Named(name="Owner", scheme_name="owner"), database=lambda request: request.app.state.database
)


def gadget_router() -> ResourceRouter[GadgetRead]:
    """The router of gadgets, with a few routes by hand."""
    router = resource_router(gadgets, access)
    scope = Annotated[Scope[GadgetRead], router.scope]

    @router.post("/{gadget_id}/flip")
    async def flip_gadget(gadget_id: RowId, rows: scope) -> GadgetRead:
        """Flip a gadget."""
        return await rows.update(gadget_id, ready=not_(col(Gadget.ready)))

    @router.get("/count")
    async def count_gadgets(rows: scope, *, ready: QueryBool = True) -> int:
        """Count gadgets."""
        return int(await rows.crud.count(ready=ready))

    return router
