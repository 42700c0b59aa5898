"""Responses have the bytes that Pydantic writes for stored rows, whatever the settings of the session."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from fastapi import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from routers import Access, Database, OwnerId, Scope, UnitOfWork, resource_router
from tests.routers.schemas.entries import STORABLE_VALUES, entries
from tests.support.databases import new_pool
from tests.support.gadget_applications import application_of, unchecked_client_of

TIME_ZONES = [
    "TimeZone=UTC",
    "TimeZone=Asia/Kathmandu",
    "TimeZone=America/St_Johns",
    "TimeZone=Europe/Dublin",
]
SETTINGS = [*TIME_ZONES, "DateStyle=German", "extra_float_digits=0"]
ROW = st.fixed_dictionaries(STORABLE_VALUES)

with_a_database = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def owner_in_header(request: Request) -> OwnerId:
    """Return the owner that the header names."""
    return OwnerId(request.headers["owner"])


@pytest.fixture(scope="session")
def entry_url(gadget_url: str) -> str:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    entries.table.create(engine)
    engine.dispose()
    return gadget_url


@pytest.fixture(scope="session")
async def session(request: pytest.FixtureRequest, entry_url: str) -> AsyncIterator[Database]:
    """A database whose sessions have the setting that is the parameter."""
    database = new_pool(f"{entry_url}&options={quote(f'-c {request.param}', safe='')}")
    yield database
    await database.close()


@pytest.fixture
def reader(session: Database) -> httpx.AsyncClient:
    access = Access(owner=owner_in_header, database=lambda request: request.app.state.database)
    api = application_of(resource_router(entries, access), session)
    return unchecked_client_of(api)


@pytest.mark.parametrize("session", SETTINGS, indirect=True)
@given(rows=st.lists(ROW, min_size=1, max_size=3), limit=st.integers(1, 3))
@with_a_database
async def test_a_response_has_the_bytes_that_pydantic_writes(
    session: Database, reader: httpx.AsyncClient, rows: list[dict[str, Any]], limit: int
) -> None:
    owner = OwnerId(str(uuid4()))
    scope, headers = Scope(entries, owner, UnitOfWork(session)), {"Owner": owner}
    for values in rows:
        row, _ = await scope.put(uuid4(), **values)
        response = await reader.get(f"/entries/{row.id}", headers=headers)
        assert response.content == row.model_dump_json().encode()
    page = await scope.list(limit=limit)
    expected = entries.page_schema.model_construct(items=page.items, next_cursor=page.next_cursor)
    response = await reader.get(f"/entries?limit={limit}", headers=headers)
    assert response.content == expected.model_dump_json().encode()


@pytest.mark.parametrize("session", TIME_ZONES, indirect=True)
@given(values=ROW)
@with_a_database
async def test_a_transaction_returns_the_row_that_a_single_statement_returns(
    session: Database, values: dict[str, Any]
) -> None:
    scope = Scope(entries, OwnerId(str(uuid4())), UnitOfWork(session))
    row = await scope.create(**values)
    async with scope.transaction():
        assert (await scope.get(row.id)).model_dump_json() == row.model_dump_json()


@pytest.mark.parametrize("session", ["client_encoding=LATIN1"], indirect=True)
async def test_a_response_is_utf_8_whatever_the_encoding_of_the_session(
    session: Database, reader: httpx.AsyncClient
) -> None:
    row = await Scope(entries, OwnerId("ann"), UnitOfWork(session)).create(text="Zürich")
    for path in (f"/entries/{row.id}", "/entries"):
        response = await reader.get(path)
        assert '"text":"Zürich"' in response.content.decode()


@pytest.mark.parametrize("sizes", [[0.1, -0.0, 5.0, 1e15], [1e16]])
@pytest.mark.parametrize("session", ["TimeZone=UTC"], indirect=True)
async def test_numbers_in_json_are_returned_as_they_were_sent(
    session: Database, reader: httpx.AsyncClient, sizes: list[float]
) -> None:
    response = await reader.post("/entries", json={"sizes": sizes})
    assert response.status_code == 201
    assert json.loads(response.content)["sizes"] == sizes
    row = await Scope(entries, OwnerId("ann"), UnitOfWork(session)).get(response.json()["id"])
    assert json.loads(row.model_dump_json())["sizes"] == sizes
