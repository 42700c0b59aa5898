"""A resource with every kind of constraint over several members: slots of time that do not overlap."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

from sqlalchemy import CheckConstraint, Index, column, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel, col

from routers import (
    ONE_LINE,
    Computed,
    ReadRow,
    Resource,
    ResourceRouter,
    RowId,
    Scope,
    resource_router,
    unique_ignoring_case,
)
from tests.support.gadgets import access
from tests.support.sql import run_sql
from tests.support.tables import OwnedSpecimen

ORDER = "The end must not be before the start."


class SlotCreate(SQLModel):
    """A slot as a client writes it."""

    name: str = Field(max_length=20, schema_extra={"pattern": ONE_LINE})
    starts_on: int = Field(default=0, ge=0, le=100_000)
    ends_on: int = Field(default=0, ge=0, le=100_000)
    rate: int = Field(default=1, ge=0, le=100_000)
    favourite: bool = False
    note: str | None = Field(default=None, max_length=20)


class SlotState(SQLModel):
    """The columns of a slot that clients cannot write."""

    price: int
    uses: int = 0


class Slot(SlotCreate, SlotState, OwnedSpecimen, table=True):
    """A row of slots."""

    __table_args__ = (
        unique_ignoring_case("name"),
        Index(
            "one_favourite_slot",
            "owner_id",
            "note",
            unique=True,
            postgresql_where="favourite",
            postgresql_nulls_not_distinct=True,
            info={"detail": "There is another favourite."},
        ),
        ExcludeConstraint(
            ("owner_id", "="),
            (func.int4range(column("starts_on"), column("ends_on")), "&&"),
            name="slots_overlap",
        ),
        CheckConstraint("starts_on <= ends_on", name="order", info={"detail": ORDER}),
        CheckConstraint("note NOT LIKE '%\\%%'", name="note"),
    )


class SlotRead(SlotCreate, SlotState, ReadRow):
    """A slot as its owner sees it."""


slots = Resource(
    path="/slots",
    model=Slot,
    create=SlotCreate,
    read=SlotRead,
    computed=(Computed("price", lambda new, _: (new.ends_on - new.starts_on) * new.rate),),
)


def slot_router() -> ResourceRouter[SlotRead]:
    """Return a router of slots with a custom route that counts."""
    router = resource_router(slots, access)
    scope = Annotated[Scope[SlotRead], router.scope]

    @router.post("/{slot_id}/use")
    async def use_slot(slot_id: RowId, rows: scope) -> SlotRead:
        """Count one more use of a slot, up to the largest integer."""
        return await rows.update(slot_id, uses=col(Slot.uses) + 1)

    return router


@contextlib.contextmanager
def failing(url: str, raised: str) -> Iterator[None]:
    """Let a trigger raise an exception for each new slot."""
    run_sql(
        url,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {raised}; END $$;"
        "CREATE TRIGGER fail BEFORE INSERT ON slot FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    try:
        yield
    finally:
        run_sql(url, "DROP FUNCTION fail CASCADE")
