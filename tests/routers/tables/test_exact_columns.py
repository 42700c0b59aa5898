"""Each type of a field with each type of a column: values are stored exactly, or the pair is rejected."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import create_engine

from routers import Database, Resource, resource_router
from tests.routers.tables.column_pairs import COLUMNS, EXACT, FIELDS, pair
from tests.support.databases import new_pool
from tests.support.gadget_applications import application_of, client_of
from tests.support.gadgets import access
from tests.support.sql import new_database


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return new_database(server_url, "columns")


@pytest.fixture(scope="module")
async def columns_database(url: str) -> AsyncIterator[Database]:
    database = new_pool(url)
    yield database
    await database.close()


def create_tables(url: str, resources: list[Resource[Any]]) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    for each in resources:
        each.table.metadata.create_all(engine)
    engine.dispose()


def client_of_all(resources: list[Resource[Any]], database: Database) -> httpx.AsyncClient:
    router = APIRouter()
    for each in resources:
        router.include_router(resource_router(each, access))
    return client_of(application_of(router, database))


async def check_value(client: httpx.AsyncClient, path: str, value: Any, *, filtered: bool) -> None:
    created = await client.post(path, json={"value": value})
    assert created.status_code == 201, (path, value, created.text)
    patched = await client.patch(created.headers["location"], json={"value": value})
    stored = await client.get(created.headers["location"])
    for response in (created, patched, stored):
        assert (response.json()["value"], type(response.json()["value"])) == (value, type(value)), path
    if filtered:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found = await client.get(path, params={"value": text})
        assert created.json()["id"] in {row["id"] for row in found.json()["items"]}, (path, value, found.text)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.filterwarnings("ignore::routers.PrecisionWarning")
async def test_a_column_stores_every_value_exactly_or_is_rejected(
    url: str, columns_database: Database, field: str
) -> None:
    accepted: dict[str, Resource[Any]] = {}
    for index, column in enumerate(COLUMNS):
        name, nullable = f"{field.title()}{index}", index % 2 == 1
        if column in EXACT[field]:
            accepted[column] = pair(name, field, column, nullable=nullable)
        else:
            with pytest.raises(TypeError, match=r"(?s)\bvalue\b.*\.$"):
                pair(name, field, column, nullable=nullable)
    create_tables(url, list(accepted.values()))
    async with client_of_all(list(accepted.values()), columns_database) as client:
        for resource in accepted.values():
            for value in FIELDS[field][2]:
                await check_value(client, resource.path, value, filtered=bool(resource.filters))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.filterwarnings("ignore::routers.PrecisionWarning")
async def test_null_is_stored_as_null_in_every_column_that_may_have_it(
    url: str, columns_database: Database, field: str
) -> None:
    resources = [
        pair(f"Null{field.title()}{index}", field, column, nullable=True)
        for index, column in enumerate(sorted(EXACT[field]))
    ]
    create_tables(url, resources)
    async with client_of_all(resources, columns_database) as client:
        for resource in resources:
            created = await client.post(resource.path, json={})
            filled = await client.patch(created.headers["location"], json={"value": FIELDS[field][2][0]})
            cleared = await client.patch(created.headers["location"], json={"value": None})
            assert (created.status_code, filled.status_code, cleared.status_code) == (201, 200, 200)
            assert (created.json()["value"], cleared.json()["value"]) == (None, None), resource.path
