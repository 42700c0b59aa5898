"""Columns that the database computes, and those that only a route by hand writes."""

import httpx
import pytest

from routers import Database, OwnerId, Scope
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
async def test_it_is_computed_at_creation_too(museum: httpx.AsyncClient, method: str) -> None:
    path = "/specimens" if method == "POST" else "/specimens/00000000-0000-4000-8000-000000000001"
    row = (await museum.request(method, path, json={"name": "a", "sealed": True})).json()
    assert row["sealed_at"] == row["created_at"]


async def test_an_expression_of_a_route_by_hand_is_looked_at_as_well(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    inspected = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (inspected["sealed"], inspected["inspected"]) == (True, True)
    assert inspected["sealed_at"] == inspected["updated_at"]
    again = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (again["sealed"], again["sealed_at"]) == (False, None)


async def test_it_sees_the_defaults_of_what_nobody_has_written(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    assert (row["inspected"], row["pending"]) == (False, True)
    inspected = (await museum.post(f"/specimens/{row['id']}/inspect")).json()
    assert (inspected["inspected"], inspected["pending"]) == (True, False)


@pytest.mark.parametrize("member", ["sealed_at", "inspected"])
async def test_no_client_writes_what_is_only_read(museum: httpx.AsyncClient, member: str) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    path = f"/specimens/{row['id']}"
    for method, at in (("POST", "/specimens"), ("PUT", path), ("PATCH", path)):
        response = await museum.request(method, at, json={"name": "a", member: row[member]})
        assert response.status_code == 422


async def test_replacing_keeps_what_a_client_does_not_write(museum: httpx.AsyncClient) -> None:
    row = (await museum.post("/specimens", json={"name": "a"})).json()
    path = f"/specimens/{row['id']}"
    await museum.post(f"{path}/inspect")
    assert (await museum.put(path, json={"name": "b"})).json()["inspected"] is True


@pytest.mark.usefixtures("region")
async def test_a_scope_writes_what_clients_do_not_and_never_what_is_computed(
    specimen_database: Database,
) -> None:
    scope: Scope[SpecimenRead] = Scope(specimens, OwnerId("ann"), specimen_database)
    row = await scope.create(name="a", inspected=True)
    assert row.inspected
    row, _ = await scope.put(row.id, name="a", inspected=False)
    assert not row.inspected
    with pytest.raises(TypeError, match="sealed_at: a scope writes anything, colour"):
        await scope.update(row.id, sealed_at=None)
