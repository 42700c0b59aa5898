"""All rows of one owner, as an administrator exports and deletes them."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from routers import OwnerId, OwnerRows
from tests.support.labels import labels
from tests.support.specimens import regions, shelves, specimens
from tests.support.sql import run_sql

RESOURCES: dict[str, Any] = {
    "/specimens": specimens,
    "/shelves": shelves,
    "/labels": labels,
    "/regions": regions,
}
OWNED = ("specimen", "shelf", "label")
OWNERS = ("ann", "bob")


@contextlib.contextmanager
def rows_of(owner: str, url: str) -> Iterator[OwnerRows]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    try:
        with engine.begin() as connection:
            yield OwnerRows(RESOURCES, OwnerId(owner), connection)
    finally:
        engine.dispose()


@pytest.fixture
async def filled(museum: httpx.AsyncClient, region: str) -> httpx.AsyncClient:
    """Create rows that refer to each other, with the same values for two owners."""
    for owner in OWNERS:
        museum.headers["Owner"] = owner
        shelf = (await museum.post("/shelves", json={"name": "Top"})).json()["id"]
        for number in range(2):
            specimen = {"name": f"Beetle {number}", "price": "1.50", "details": {"wings": [4, None, "ä"]}}
            specimen_id = (await museum.post("/specimens", json=specimen)).json()["id"]
            label = {"text": f"{number}", "specimen_id": specimen_id, "shelf_id": shelf, "region_id": region}
            await museum.post("/labels", json=label)
    return museum


def stored_rows(url: str, owner: str) -> list[Any]:
    """Return all columns of an owner's rows, with the transactions that wrote them."""
    where = f"WHERE owner_id = '{owner}' ORDER BY id"
    return [run_sql(url, f"SELECT xmin::text, t.* FROM {table} t {where}") for table in OWNED]  # noqa: S608


async def test_rows_are_read_as_the_api_responds_with_them(
    filled: httpx.AsyncClient, specimen_url: str
) -> None:
    for owner in OWNERS:
        filled.headers["Owner"] = owner
        with rows_of(owner, specimen_url) as rows:
            assert list(rows.resources) == ["/specimens", "/shelves", "/labels"]
            for path in rows.resources:
                items = (await filled.get(path)).json()["items"]
                urls = sorted(f"{path}/{item['id']}" for item in items)
                assert list(rows.read(path)) == [(await filled.get(url)).content for url in urls]
                assert rows.count()[path] == len(items) > 0


async def test_all_rows_of_an_owner_are_deleted_and_no_others(
    filled: httpx.AsyncClient, specimen_url: str
) -> None:
    others = stored_rows(specimen_url, "bob")
    with rows_of("ann", specimen_url) as rows:
        assert rows.delete() == {"/specimens": 2, "/shelves": 1, "/labels": 2}
    assert stored_rows(specimen_url, "ann") == [[], [], []]
    assert stored_rows(specimen_url, "bob") == others
    assert run_sql(specimen_url, "SELECT count(*) FROM region") == [(1,)]
    with rows_of("ann", specimen_url) as rows:
        assert rows.delete() == rows.count() == {"/specimens": 0, "/shelves": 0, "/labels": 0}


async def test_circular_references_are_deleted(filled: httpx.AsyncClient, specimen_url: str) -> None:
    run_sql(specimen_url, "UPDATE specimen s SET tag = l.id FROM label l WHERE l.specimen_id = s.id")
    circle = "FOREIGN KEY (owner_id, tag) REFERENCES label (owner_id, id) ON DELETE RESTRICT"
    run_sql(specimen_url, f"ALTER TABLE specimen ADD CONSTRAINT circle {circle}")
    try:
        with rows_of("ann", specimen_url) as rows:
            assert rows.delete() == {"/specimens": 2, "/shelves": 1, "/labels": 2}
    finally:
        run_sql(specimen_url, "ALTER TABLE specimen DROP CONSTRAINT circle")
    assert stored_rows(specimen_url, "ann") == [[], [], []]


async def test_nothing_is_deleted_if_a_row_outside_of_the_resources_refers_to_one(
    filled: httpx.AsyncClient, specimen_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored_rows(specimen_url, "ann")
    monkeypatch.delitem(RESOURCES, "/labels")
    monkeypatch.delitem(RESOURCES, "/specimens")
    with pytest.raises(IntegrityError), rows_of("ann", specimen_url) as rows:
        rows.delete()
    assert stored_rows(specimen_url, "ann") == before


async def test_an_owner_without_rows_has_empty_resources(specimen_url: str, region: str) -> None:
    with rows_of("nobody", specimen_url) as rows:
        assert list(rows.read("/specimens")) == []
        assert set(rows.count().values()) == {0}
