"""The scope of a public resource: everyone reads the same rows, and nobody writes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from routers import Database, NotFound, ReadScope, UnitOfWork
from tests.support.specimens import RegionRead, regions, specimens


@pytest.mark.parametrize("headers", [{}, {"Owner": ""}, {"Owner": "unknown"}, {"Owner": "bob"}], ids=str)
async def test_public_rows_are_readable_with_and_without_an_owner(
    museum: httpx.AsyncClient, region: str, headers: dict[str, str]
) -> None:
    del museum.headers["Owner"]
    page = await museum.get("/regions?name=North", headers=headers)
    assert [row["id"] for row in page.json()["items"]] == [region]
    row = await museum.get(f"/regions/{region}", headers=headers)
    assert (row.status_code, row.headers["etag"], row.json()["name"]) == (200, '"1"', "North")
    assert (await museum.get(f"/regions/{region[:-1]}0", headers=headers)).status_code == 404
    assert (await museum.get("/regions?limit=0", headers=headers)).status_code == 422
    fresh = {**headers, "If-None-Match": '"1"'}
    assert (await museum.get(f"/regions/{region}", headers=fresh)).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_to_a_public_resource_is_not_allowed(
    museum: httpx.AsyncClient, region: str, method: str
) -> None:
    path = "/regions" if method == "POST" else f"/regions/{region}"
    response = await museum.request(method, path, json={"name": "South"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["create", "put", "update", "merge", "delete"])
def test_a_read_scope_has_no_method_that_writes(method: str) -> None:
    assert not hasattr(ReadScope, method)


@pytest.mark.parametrize(
    "build",
    [
        lambda: regions.statements.delete,
        lambda: regions.statements.update(frozenset()),
        lambda: regions.statements.create(frozenset()),
    ],
    ids=["delete", "update", "create"],
)
def test_a_public_resource_has_no_statements_that_write(build: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="region is public, so it is read-only"):
        build()


@pytest.mark.usefixtures("region")
async def test_a_read_scope_without_an_owner_reads_no_owned_rows(specimen_database: Database) -> None:
    scope = ReadScope(specimens, None, UnitOfWork(specimen_database))
    with pytest.raises(Exception, match="scope_owner"):
        await scope.list()
    assert await scope.crud.count() == 0


async def test_a_read_scope_reads_public_rows(specimen_database: Database, region: str) -> None:
    scope: ReadScope[RegionRead] = ReadScope(regions, None, UnitOfWork(specimen_database))
    (row,) = (await scope.list()).items
    assert (str(row.id), row.name) == (region, "North")
    assert await scope.get(row.id) == row
    assert await scope.crud.count() == 1
    with pytest.raises(NotFound):
        await scope.get(UUID(int=0))
