"""FastCRUD's reading methods, bound to one owner."""

import pytest

from routers import Scope
from tests.support.gadgets import GadgetRead


async def test_every_reading_method_reaches_only_rows_of_the_owner(
    scope: Scope[GadgetRead], foreign: Scope[GadgetRead]
) -> None:
    row = await scope.create(name="lamp")
    await foreign.create(name="lamp")
    assert await scope.crud.count(name="lamp") == 1
    assert (await scope.crud.get(name="lamp"))["id"] == row.id
    assert [each["id"] for each in (await scope.crud.get_multi())["data"]] == [row.id]
    assert (await scope.crud.get_multi(name__startswith="l"))["total_count"] == 1
    assert await scope.crud.exists(name="lamp")
    assert not await scope.crud.exists(owner_id="bob")


@pytest.mark.parametrize("name", ["create", "update", "delete", "db_delete", "upsert", "select", "model"])
async def test_other_attributes_of_fastcrud_are_not_available(scope: Scope[GadgetRead], name: str) -> None:
    with pytest.raises(AttributeError, match=f"^{name}: only count, exists, get, get_multi are available.$"):
        getattr(scope.crud, name)
