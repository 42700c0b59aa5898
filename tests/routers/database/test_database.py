"""An unreachable, frozen or busy database is reported as unavailable in time; other errors are not."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database, OwnerId, ResourceAPI, Scope, Unavailable, UnitOfWork
from tests.support.databases import new_pool
from tests.support.gadget_applications import client_of, gadget_application
from tests.support.gadgets import ROW_ID, GadgetRead, gadgets
from tests.support.sql import run_sql, wait_for_rows
from tests.support.wire import Wire

SELECT_1 = text("SELECT 1 AS one")
ACTIVE = "SELECT 1 FROM pg_stat_activity WHERE datname = 'gadgets' AND state = 'active'"


@pytest.fixture
def database(impatient_database: Database) -> Database:
    return impatient_database


@pytest.fixture
def api(database: Database) -> ResourceAPI:
    return gadget_application(database)


@pytest.fixture
async def client(api: ResourceAPI, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(api) as client:
        yield client


@pytest.fixture
def scope(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("ann"), UnitOfWork(database))


@pytest.fixture
def thawing(wire: Wire) -> Iterator[Wire]:
    """The proxy in front of the server; a test that freezes it leaves it thawed."""
    yield wire
    wire.freeze_after = None
    wire.frozen.clear()


@pytest.fixture
async def frozen(wire: Wire, client: httpx.AsyncClient) -> AsyncIterator[Wire]:
    """A server that accepts connections and never responds."""
    await client.get("/gadgets")
    wire.frozen.set()
    yield wire
    wire.frozen.clear()


@pytest.mark.usefixtures("frozen")
async def test_a_frozen_server_results_in_503(client: httpx.AsyncClient) -> None:
    start = time.monotonic()
    response = await client.get("/gadgets")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json()["title"] == "Service Unavailable"
    assert time.monotonic() - start < 10


async def test_requests_succeed_again_after_a_freeze(client: httpx.AsyncClient, wire: Wire) -> None:
    wire.frozen.set()
    responses = await asyncio.gather(*(client.get("/gadgets") for _ in range(8)))
    assert {response.status_code for response in responses} == {503}
    wire.frozen.clear()
    responses = await asyncio.gather(*(client.get("/gadgets") for _ in range(8)))
    assert {response.status_code for response in responses} == {200}


async def test_a_statement_that_waits_for_a_lock_too_long_changes_nothing(
    client: httpx.AsyncClient, gadget_url: str
) -> None:
    await client.put(f"/gadgets/{ROW_ID}", json={"name": "lamp"})
    holder = psycopg2.connect(gadget_url)
    holder.cursor().execute("SELECT * FROM gadget FOR UPDATE")
    assert (await client.post(f"/gadgets/{ROW_ID}/flip")).status_code == 503
    holder.close()
    await wait_for_rows(0, gadget_url, f"{ACTIVE} AND query LIKE 'UPDATE gadget %'")
    assert (await client.get(f"/gadgets/{ROW_ID}")).json()["version"] == 1


async def test_an_exhausted_pool_is_unavailable(scope: Scope[GadgetRead], database: Database) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(database.transaction())
        with pytest.raises(Unavailable):
            await scope.list()
    assert (await scope.list()).items == []


@pytest.mark.parametrize("host", ["/nowhere", "127.0.0.1&port=1"])
async def test_an_unreachable_server_is_unavailable(host: str) -> None:
    engine = create_async_engine(f"postgresql+psycopg://x@/x?host={host}")
    database = Database(engine)
    with pytest.raises(Unavailable):
        await database.fetch(SELECT_1, {})
    with pytest.raises(Unavailable):
        async with database.transaction():
            pass
    await database.close()


async def test_a_connection_that_the_server_terminates_is_unavailable(
    database: Database, gadget_url: str
) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction() as connection:
            await database.fetch_on(connection, SELECT_1, {})
            run_sql(
                gadget_url,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = 'gadgets' AND pid <> pg_backend_pid()",
            )
            await database.fetch_on(connection, SELECT_1, {})


async def test_an_error_in_a_statement_is_not_unavailable(database: Database) -> None:
    with pytest.raises(ProgrammingError):
        await database.fetch(text("SELECT nonsense"), {})


async def test_an_invalid_value_is_not_unavailable(database: Database) -> None:
    with pytest.raises(DBAPIError, match="DivisionByZero"):
        await database.fetch(text("SELECT 1 / (SELECT 0)"), {})


async def test_a_statement_beyond_a_limit_of_postgresql_is_not_unavailable(database: Database) -> None:
    columns = ", ".join(["1"] * 1665)
    with pytest.raises(DBAPIError) as error:
        await database.fetch(text(f"SELECT {columns}"), {})
    assert getattr(error.value.orig, "sqlstate", "").startswith("54")


async def test_a_server_without_resources_is_unavailable(database: Database) -> None:
    block = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$"
    with pytest.raises(Unavailable):
        await database.fetch(text(block), {})


async def test_an_unexpected_error_is_500_without_internal_details(
    api: ResourceAPI, client: httpx.AsyncClient, gadget_url: str
) -> None:
    run_sql(gadget_url, "ALTER TABLE gadget RENAME TO hidden")
    try:
        response = await client.get("/gadgets", headers={"X-Request-ID": "abc"})
    finally:
        run_sql(gadget_url, "ALTER TABLE hidden RENAME TO gadget")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == "abc"
    assert "gadget" not in response.text
    assert "SELECT" not in response.text


@pytest.mark.parametrize("failing", [True, False])
async def test_a_transaction_on_a_frozen_server_is_unavailable(
    database: Database, thawing: Wire, *, failing: bool
) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction() as connection:
            await database.fetch_on(connection, SELECT_1, {})
            thawing.frozen.set()
            if failing:
                raise ZeroDivisionError


async def test_a_new_connection_to_a_frozen_server_is_unavailable(thawing: Wire) -> None:
    """The timeout includes the queries that SQLAlchemy sends on a new connection."""
    thawing.freeze_after = 1
    database = Database(create_async_engine(thawing.url.replace(":", "+psycopg:", 1)), timeout=0.3)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(database.fetch(SELECT_1, {}), 4)
    await database.close()


async def test_a_read_by_fastcrud_on_a_frozen_server_is_unavailable(
    scope: Scope[GadgetRead], thawing: Wire
) -> None:
    await scope.list()
    thawing.frozen.set()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(scope.crud.count(), 4)


async def test_an_exception_in_a_transaction_is_raised_unchanged(database: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with database.transaction():
            raise FileNotFoundError


async def test_a_read_only_server_is_unavailable(gadget_url: str) -> None:
    read_only = {"options": "-c default_transaction_read_only=on"}
    engine = create_async_engine(gadget_url.replace(":", "+psycopg:", 1), connect_args=read_only)
    database = Database(engine)
    with pytest.raises(Unavailable):
        await database.fetch(text("DELETE FROM gadget"), {})
    await database.close()


async def test_a_server_that_has_become_read_only_is_connected_to_anew(gadget_url: str) -> None:
    """After a failover, the name of the host leads to the new primary server."""
    database = new_pool(gadget_url, seconds=2)
    ((before,),) = await database.fetch(text("SELECT pg_backend_pid()"), {})
    await database.fetch(text("SET default_transaction_read_only = on"), {})
    with pytest.raises(Unavailable):
        await database.fetch(text("DELETE FROM gadget WHERE name = 'nothing'"), {})
    assert await database.fetch(text("DELETE FROM gadget WHERE name = 'nothing'"), {}) == []
    assert await database.fetch(text("SELECT pg_backend_pid()"), {}) != [(before,)]
    await database.close()
