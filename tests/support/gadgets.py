"""A small resource for tests of the generator, which needs no application."""

from typing import Annotated

from fastapi import Request
from fastapi.security import APIKeyHeader
from sqlalchemy import not_
from sqlmodel import Field, SQLModel, col

from routers import (
    ONE_LINE,
    Access,
    Equals,
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
from tests.support.tables import OwnedSpecimen

ROW_ID = "00000000-0000-4000-8000-000000000001"
OTHER_ID = "00000000-0000-4000-8000-000000000002"


class GadgetCreate(SQLModel):
    """The members of a gadget that clients provide."""

    name: str = Field(max_length=20, schema_extra={"pattern": ONE_LINE})
    note: str | None = Field(default=None, min_length=2, max_length=40)
    ready: bool = False


class Gadget(GadgetCreate, OwnedSpecimen, table=True):
    """A row of the table of gadgets."""


class GadgetRead(GadgetCreate, ReadRow):
    """A gadget in a response."""


gadgets = Resource(
    path="/gadgets",
    model=Gadget,
    create=GadgetCreate,
    read=GadgetRead,
    filters=(Equals("ready"), Range("created_at", "gte", "lt"), Search("name", "note")),
    sorts=("-created_at", "created_at", "-updated_at", "updated_at", "name", "-name"),
)


KNOWN_OWNERS = {"ann", "bob", "fuzzer", "intruder", "witness"}


class OwnerHeader(APIKeyHeader):
    """An owner provider that trusts the `Owner` header if it names a known owner."""

    async def __call__(self, request: Request) -> OwnerId:  # type: ignore[override]
        name = request.headers.get("owner")
        if name not in KNOWN_OWNERS:
            raise Unauthenticated(headers={"WWW-Authenticate": "Owner"})
        return OwnerId(name)


access = Access(
    owner=OwnerHeader(name="Owner", scheme_name="owner"), database=lambda request: request.app.state.database
)


def gadget_router() -> ResourceRouter[GadgetRead]:
    """Return a router of gadgets with two custom routes."""
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
