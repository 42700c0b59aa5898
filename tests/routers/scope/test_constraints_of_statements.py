"""What a custom route learns when a statement violates a constraint, or a value cannot be calculated."""

import pytest
from sqlalchemy import func, literal, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from routers import Conflict, Database, OwnerId, Scope, UnitOfWork
from routers.exceptions import InvalidRequest
from routers.schemas.problem import Violation
from tests.support.slots import Slot, SlotRead, failing, slots
from tests.support.sql import run_sql


@pytest.fixture
def scope(specimen_database: Database, region: str) -> Scope[SlotRead]:
    return Scope(slots, OwnerId("ann"), UnitOfWork(specimen_database))


def details(error: pytest.ExceptionInfo[InvalidRequest]) -> list[str]:
    """Return the sentences of a 422."""
    return [each.detail for each in error.value.errors]


async def test_statements_over_many_rows_explain_what_they_violate(scope: Scope[SlotRead]) -> None:
    with pytest.raises(Conflict, match="`name` is already in use"):
        await scope.create_many([{"name": "a"}, {"name": "A"}])
    await scope.create_many([{"name": "a"}, {"name": "b", "ends_on": 3}])
    with pytest.raises(Conflict, match="There is another favourite"):
        await scope.update_where(col(Slot.rate) == 1, favourite=True)
    with pytest.raises(InvalidRequest) as too_large:
        await scope.update_where(
            col(Slot.rate) == 1, uses=col(Slot.uses) + 2_000_000_000 + col(Slot.rate) * 2_000_000_000
        )
    assert "`uses`" in details(too_large)[0]
    with pytest.raises(InvalidRequest) as divided:
        await scope.update_where(col(Slot.rate) == 1, uses=1 / col(Slot.starts_on))
    assert "requires a division by zero" in details(divided)[0]
    with pytest.raises(InvalidRequest, match="violate a rule"):
        await scope.delete_where(1 / col(Slot.starts_on) == 1)
    assert {row.uses for row in (await scope.list()).items} == {0}


async def test_a_null_by_an_expression_points_to_its_member(scope: Scope[SlotRead]) -> None:
    slot = await scope.create(name="a")
    with pytest.raises(InvalidRequest) as error:
        await scope.update(slot.id, rate=func.nullif(col(Slot.rate), 1))
    assert error.value.errors == [Violation(pointer="", detail="The value must not be null.")]


async def test_a_read_that_cannot_be_calculated_is_no_internal_error(scope: Scope[SlotRead]) -> None:
    await scope.create(name="(")
    with pytest.raises(InvalidRequest) as divided:
        await scope.select(select(10 / col(Slot.starts_on)))
    assert details(divided) == ["A value requires a division by zero."]
    with pytest.raises(InvalidRequest) as mismatched:
        await scope.list(literal("a").regexp_match(col(Slot.name)))
    assert details(mismatched) == ["A value is not a valid regular expression."]


async def test_a_deferred_constraint_is_explained_at_the_commit(
    scope: Scope[SlotRead], specimen_url: str
) -> None:
    run_sql(
        specimen_url,
        "DROP INDEX one_favourite_slot;"
        "ALTER TABLE slot ADD CONSTRAINT one_favourite_slot EXCLUDE (owner_id WITH =) WHERE (favourite)"
        " DEFERRABLE INITIALLY DEFERRED",
    )
    try:
        await scope.create(name="a", favourite=True)
        other = await scope.create(name="b")
        with pytest.raises(Conflict, match="There is another favourite"):
            await scope.update(other.id, favourite=True)
        with pytest.raises(Conflict, match="There is another favourite"):
            async with scope.transaction():
                await scope.update(other.id, favourite=True)
        async with scope.transaction():
            await scope.update_where(col(Slot.name) == "a", favourite=False)
            await scope.update(other.id, favourite=True)
    finally:
        run_sql(
            specimen_url,
            "ALTER TABLE slot DROP CONSTRAINT one_favourite_slot; TRUNCATE slot;"
            "CREATE UNIQUE INDEX one_favourite_slot ON slot (owner_id, note)"
            " NULLS NOT DISTINCT WHERE favourite",
        )


async def test_an_error_that_no_request_causes_stays_an_internal_error(
    scope: Scope[SlotRead], specimen_url: str
) -> None:
    with failing(specimen_url, "'secret' USING ERRCODE = 'P0004'"), pytest.raises(DBAPIError):
        async with scope.transaction():
            await scope.create(name="a")
