"""A combination of values that is unique among the rows of an owner."""

from collections.abc import Iterator

import pytest
from sqlalchemy import UniqueConstraint, create_engine
from sqlmodel import Field, SQLModel

from routers import Conflict, Database, OwnerId, ReadRow, Resource, Scope, UnitOfWork
from routers.queries.preconditions import Preconditions
from tests.support.tables import OwnedSpecimen


class SeatCreate(SQLModel):
    """A seat as a client writes it."""

    row: int
    place: int


class Seat(SeatCreate, OwnedSpecimen, table=True):
    """A row of seats."""

    __table_args__ = (UniqueConstraint("owner_id", "row", "place"),)

    code: str | None = Field(default=None, max_length=9, unique=True)


class SeatRead(SeatCreate, ReadRow):
    """A seat as its owner sees it."""


seats = Resource(path="/seats", model=Seat, create=SeatCreate, read=SeatRead)


@pytest.fixture
def scope(gadget_url: str, database: Database) -> Iterator[Scope[SeatRead]]:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    seats.table.create(engine)
    yield Scope(seats, OwnerId("ann"), UnitOfWork(database))
    seats.table.drop(engine)
    engine.dispose()


async def test_a_conflict_names_the_combination_of_members(scope: Scope[SeatRead]) -> None:
    await scope.create(row=1, place=2)
    await scope.create(row=1, place=3)
    with pytest.raises(Conflict) as error:
        await scope.create(row=1, place=2)
    assert str(error.value) == "The combination of `place` and `row` is already in use."


async def test_a_conflict_does_not_name_a_column_that_is_no_member(scope: Scope[SeatRead]) -> None:
    await scope.create(row=1, place=2, code="x")
    with pytest.raises(Conflict) as error:
        await scope.create(row=1, place=3, code="x")
    assert str(error.value) == "The change conflicts with other rows."


async def test_a_change_of_one_member_of_a_combination_conflicts_before_the_preconditions(
    scope: Scope[SeatRead],
) -> None:
    await scope.create(row=1, place=2)
    other = await scope.create(row=1, place=3)
    scope.preconditions = Preconditions(match=frozenset({9}), must_exist=True)
    with pytest.raises(Conflict):
        await scope.update(other.id, place=2)
