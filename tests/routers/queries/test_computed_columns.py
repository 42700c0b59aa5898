"""Columns that the database computes, and columns that only custom routes write."""

import httpx
import pytest

from routers import Database, OwnerId, Scope, UnitOfWork
from tests.support.gadgets import ROW_ID
from tests.support.specimens import SpecimenRead, specimens
from tests.support.wire import Wire


async def test_a_computed_column_follows_the_others_in_the_same_statement(
    museum: httpx.AsyncClient, specimen_wire: Wire
) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    assert row["sealed_at"] is None
    specimen_wire.reset()
    path = f"/specimens/{row['id']}"
    sealed = (await museum.patch(path, json={"sealed": True})).json()
    assert sealed["sealed_at"] == sealed["updated_at"]
    renamed = (await museum.patch(path, json={"name": "b"})).json()
    assert (renamed["name"], renamed["sealed_at"]) == ("b", sealed["sealed_at"])
    replaced = (await museum.put(path, json={"name": "c", "sealed": True})).json()
    assert (replaced["name"], replaced["sealed_at"]) == ("c", sealed["sealed_at"])
    opened = (await museum.put(path, json={"name": "c"}, headers={"If-Match": "*"})).json()
    assert opened["sealed_at"] is None
    assert specimen_wire.trips == 4


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_computed_column_has_its_value_from_creation(museum: httpx.AsyncClient, method: str) -> None:
    path = "/specimens" if method == "POST" else f"/specimens/{ROW_ID}"
    row = (await museum.request(method, path, json={"name": "a", "sealed": True})).json()
    assert row["sealed_at"] == row["created_at"]


async def test_a_computed_column_follows_the_expressions_of_a_custom_route(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    inspected = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (inspected["sealed"], inspected["inspected"]) == (True, True)
    assert inspected["sealed_at"] == inspected["updated_at"]
    again = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (again["sealed"], again["sealed_at"]) == (False, None)


async def test_a_computed_column_follows_the_defaults_of_omitted_columns(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    assert (row["inspected"], row["pending"]) == (False, True)
    inspected = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (inspected["inspected"], inspected["pending"]) == (True, False)


@pytest.mark.parametrize("member", ["sealed_at", "inspected"])
async def test_a_read_only_member_in_a_body_is_rejected(museum: httpx.AsyncClient, member: str) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    path = f"/specimens/{row['id']}"
    for method, url in (("POST", "/specimens"), ("PUT", path), ("PATCH", path)):
        response = await museum.request(method, url, json={"name": "a", member: row[member]})
        assert response.status_code == 422


async def test_put_does_not_change_read_only_columns(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    path = f"/specimens/{row['id']}"
    await museum.post(f"{path}/inspect")
    assert (await museum.put(path, json={"name": "b"})).json()["inspected"] is True


@pytest.mark.usefixtures("region")
async def test_a_scope_writes_read_only_columns_but_no_computed_ones(
    specimen_database: Database,
) -> None:
    scope: Scope[SpecimenRead] = Scope(specimens, OwnerId("ann"), UnitOfWork(specimen_database))
    row = await scope.create(name="a", inspected=True)
    assert row.inspected
    row, _ = await scope.put(row.id, name="a", inspected=False)
    assert not row.inspected
    with pytest.raises(TypeError, match="sealed_at cannot be written here; these can: anything, barcode, "):
        await scope.update(row.id, sealed_at=None)
