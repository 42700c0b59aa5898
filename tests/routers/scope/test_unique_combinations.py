"""A combination of values that is unique among the rows of an owner."""

import pytest
from sqlalchemy import UniqueConstraint, create_engine
from sqlmodel import SQLModel

from routers import Conflict, Database, OwnerId, ReadRow, Resource, Scope, UnitOfWork
from tests.support.tables import OwnedSpecimen


class SeatCreate(SQLModel):
    """A seat as a client writes it."""

    row: int
    place: int


class Seat(SeatCreate, OwnedSpecimen, table=True):
    """A row of seats."""

    __table_args__ = (UniqueConstraint("owner_id", "row", "place"),)


class SeatRead(SeatCreate, ReadRow):
    """A seat as its owner sees it."""


seats = Resource(path="/seats", model=Seat, create=SeatCreate, read=SeatRead)


async def test_a_conflict_names_the_combination_of_members(gadget_url: str, database: Database) -> None:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    seats.table.create(engine)
    engine.dispose()
    scope = Scope(seats, OwnerId("ann"), UnitOfWork(database))
    await scope.create(row=1, place=2)
    await scope.create(row=1, place=3)
    with pytest.raises(Conflict) as error:
        await scope.create(row=1, place=2)
    assert str(error.value) == "The combination of `place` and `row` is already in use."
