"""The methods of a scope, as the author of a custom route calls them."""

import inspect
from uuid import uuid4

import pytest
from sqlalchemy import func, not_
from sqlmodel import col

from routers import NotFound, Scope
from tests.support.gadgets import Gadget, GadgetRead

COLUMNS_OF_THE_SERVER = ["owner_id", "id", "version", "created_at", "updated_at"]


async def test_get_and_list_return_a_created_row(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp", ready=True)
    assert (row.name, row.note, row.ready, row.version) == ("lamp", None, True, 1)
    assert await scope.get(row.id) == row
    assert (await scope.list()).items == [row]


async def test_put_returns_whether_it_created_the_row(scope: Scope[GadgetRead]) -> None:
    row_id = uuid4()
    first, first_created = await scope.put(row_id, name="lamp")
    second, second_created = await scope.put(row_id, name="bulb")
    assert (first_created, second_created) == (True, False)
    assert (first.version, second.version) == (1, 2)


async def test_update_takes_expressions_over_the_columns_of_the_row(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    row = await scope.update(row.id, ready=not_(col(Gadget.ready)), name=func.upper(col(Gadget.name)))
    assert (row.ready, row.name, row.version) == (True, "LAMP", 2)
    row = await scope.update(row.id, note=Gadget.name)
    assert row.note == "LAMP"


@pytest.mark.parametrize("column", [*COLUMNS_OF_THE_SERVER, "unknown"])
async def test_writing_a_column_that_is_not_writable_is_rejected(
    scope: Scope[GadgetRead], column: str
) -> None:
    row = await scope.create(name="lamp")
    message = f"^{column} cannot be written here; these can: name, note, ready.$"
    values = {"name": "x", column: "x"}
    with pytest.raises(TypeError, match=message):
        await scope.create(**values)
    with pytest.raises(TypeError, match=message):
        await scope.put(row.id, **values)
    with pytest.raises(TypeError, match=message):
        await scope.update(row.id, **values)
    assert (await scope.get(row.id)).version == 1


async def test_rows_of_other_owners_do_not_exist_for_a_scope(
    scope: Scope[GadgetRead], foreign: Scope[GadgetRead]
) -> None:
    row = await scope.create(name="lamp")
    for call in (
        foreign.get(row.id),
        foreign.update(row.id, name="x"),
        foreign.merge(row.id, name="x"),
        foreign.update(row.id),
        foreign.update(row.id, ready=not_(col(Gadget.ready))),
        foreign.delete(row.id),
    ):
        with pytest.raises(NotFound):
            await call
    assert (await foreign.list()).items == []
    assert await foreign.crud.count() == 0
    assert await scope.get(row.id) == row


@pytest.mark.parametrize("method", ["list", "get", "create", "put", "update", "merge", "delete"])
def test_no_method_of_a_scope_takes_an_owner(method: str) -> None:
    signature = inspect.signature(getattr(Scope, method))
    assert not [name for name in signature.parameters if "owner" in name]
    assert "OwnerId" not in str(signature)
