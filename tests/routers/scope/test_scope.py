"""The scope, as the author of a route by hand meets it."""

from uuid import uuid4

import pytest
from sqlalchemy import func, not_
from sqlmodel import col

from routers import NotFound, Scope
from tests.support.gadgets import Gadget, GadgetRead


async def test_what_is_created_is_found(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp", ready=True)
    assert (row.name, row.note, row.ready, row.version) == ("lamp", None, True, 1)
    assert await scope.get(row.id) == row
    assert (await scope.list()).items == [row]


async def test_put_says_whether_it_created(scope: Scope[GadgetRead]) -> None:
    row_id = uuid4()
    first, created = await scope.put(row_id, name="lamp")
    second, again = await scope.put(row_id, name="bulb")
    assert (created, again) == (True, False)
    assert (first.version, second.version) == (1, 2)


async def test_a_change_may_be_an_expression_over_the_row(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    row = await scope.update(row.id, ready=not_(col(Gadget.ready)), name=func.upper(col(Gadget.name)))
    assert (row.ready, row.name, row.version) == (True, "LAMP", 2)
    row = await scope.update(row.id, note=Gadget.name)
    assert row.note == "LAMP"


@pytest.mark.parametrize("column", ["owner_id", "id", "version", "created_at", "updated_at", "colour"])
async def test_no_route_writes_what_the_server_keeps(scope: Scope[GadgetRead], column: str) -> None:
    row = await scope.create(name="lamp")
    for write in (
        scope.create(**{"name": "x", column: "x"}),
        scope.put(row.id, **{"name": "x", column: "x"}),
        scope.update(row.id, **{column: "x"}),
    ):
        with pytest.raises(TypeError, match=f"{column}: a scope writes name, note, ready here"):
            await write
    assert (await scope.get(row.id)).version == 1


async def test_outside_is_absent(scope: Scope[GadgetRead], foreign: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    for reach in (
        foreign.get(row.id),
        foreign.update(row.id, name="x"),
        foreign.update(row.id),
        foreign.update(row.id, ready=not_(col(Gadget.ready))),
        foreign.delete(row.id),
    ):
        with pytest.raises(NotFound):
            await reach
    assert (await foreign.list()).items == []
    assert await foreign.crud.count() == 0
    assert await scope.get(row.id) == row


async def test_fastcrud_may_read_and_not_write(scope: Scope[GadgetRead]) -> None:
    await scope.create(name="lamp")
    assert await scope.crud.exists(name="lamp")
    assert (await scope.crud.get_multi(name__startswith="l"))["total_count"] == 1
    with pytest.raises(AttributeError, match="delete: only count, exists"):
        await scope.crud.delete(name="lamp")


def test_a_scope_takes_no_owner(scope: Scope[GadgetRead]) -> None:
    for name in ("list", "get", "create", "put", "update", "delete"):
        assert "owner" not in str(getattr(scope, name).__annotations__)
