"""FastCRUD's reading methods, bound to one owner."""

import pytest

from routers import Scope
from tests.support.gadgets import GadgetRead


async def test_each_reads_the_owners_rows_alone(scope: Scope[GadgetRead], foreign: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    await foreign.create(name="lamp")
    assert await scope.crud.count(name="lamp") == 1
    assert (await scope.crud.get(name="lamp"))["id"] == row.id
    assert [each["id"] for each in (await scope.crud.get_multi())["data"]] == [row.id]
    assert not await scope.crud.exists(owner_id="bob")


@pytest.mark.parametrize("name", ["create", "update", "delete", "db_delete", "upsert", "select", "model"])
async def test_nothing_else_is_offered(scope: Scope[GadgetRead], name: str) -> None:
    with pytest.raises(AttributeError, match="only count, exists, get"):
        getattr(scope.crud, name)
