"""The connection pool for single statements."""

import asyncio
from collections.abc import AsyncIterator

import psycopg2
import pytest
from sqlalchemy import NullPool, TextClause, text
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database
from tests.support.databases import new_pool
from tests.support.sql import run_sql, wait_for_rows

BACKEND = text("SELECT pg_backend_pid()")
CONNECTIONS = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pool'"
SLEEPING = f"{CONNECTIONS} AND state = 'active' AND query LIKE '%pg_sleep(60)'"
TERMINATE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'pool'"


@pytest.fixture
async def database(gadget_url: str) -> AsyncIterator[Database]:
    database = new_pool(f"{gadget_url}&application_name=pool", seconds=2)
    yield database
    await database.close()


async def backend_of(database: Database) -> int:
    """Execute a statement and return the process id of the backend that executed it."""
    ((backend,),) = await database.fetch(BACKEND, {})
    return int(backend)


async def fetch_in_transaction(database: Database, statement: TextClause) -> int:
    """Execute a statement in a transaction and return the number of its rows."""
    async with database.transaction() as connection:
        return len(await database.fetch_on(connection, statement, {}))


async def test_consecutive_statements_use_one_connection(database: Database) -> None:
    assert len({await backend_of(database) for _ in range(5)}) == 1


async def test_concurrent_statements_use_up_to_the_maximum_of_connections(database: Database) -> None:
    backends = await asyncio.gather(*(backend_of(database) for _ in range(30)))
    assert 1 < len(set(backends)) <= 5


async def test_transactions_use_idle_connections_of_the_pool(database: Database) -> None:
    await asyncio.gather(*(database.fetch(text("SELECT pg_sleep(0.1)"), {}) for _ in range(5)))
    statement = text("SELECT pg_sleep(0.1)")
    results = await asyncio.gather(*(fetch_in_transaction(database, statement) for _ in range(10)))
    assert results == [1] * 10


async def test_waiting_transactions_get_the_connections_of_finished_statements(database: Database) -> None:
    slow = [database.fetch(text("SELECT pg_sleep(0.2)"), {}) for _ in range(5)]
    waiting = [fetch_in_transaction(database, BACKEND) for _ in range(5)]
    _, *results = await asyncio.gather(asyncio.gather(*slow), *waiting)
    assert results == [1] * 5


async def test_a_connection_that_the_server_has_closed_is_replaced(
    database: Database, gadget_url: str
) -> None:
    before = await backend_of(database)
    run_sql(gadget_url, TERMINATE)
    assert await backend_of(database) != before
    await fetch_in_transaction(database, BACKEND)
    run_sql(gadget_url, TERMINATE)
    assert await fetch_in_transaction(database, BACKEND) == 1


async def test_a_cancelled_statement_is_cancelled_in_the_server(database: Database, gadget_url: str) -> None:
    before = await backend_of(database)
    sleeping = asyncio.ensure_future(database.fetch(text("SELECT pg_sleep(60)"), {}))
    await wait_for_rows(1, gadget_url, SLEEPING)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert await backend_of(database) != before
    await wait_for_rows(0, gadget_url, SLEEPING)


async def test_a_cancelled_statement_in_a_transaction_is_cancelled_in_the_server(
    database: Database, gadget_url: str
) -> None:
    sleeping = asyncio.ensure_future(fetch_in_transaction(database, text("SELECT pg_sleep(60)")))
    await wait_for_rows(1, gadget_url, SLEEPING)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert await fetch_in_transaction(database, BACKEND) == 1
    await wait_for_rows(0, gadget_url, SLEEPING)


async def test_a_connection_in_use_is_closed_after_its_statement_when_the_database_closes(
    database: Database, gadget_url: str
) -> None:
    holder = psycopg2.connect(gadget_url)
    holder.cursor().execute("SELECT pg_advisory_lock(1)")
    waiting = asyncio.ensure_future(database.fetch(text("SELECT pg_advisory_lock(1)"), {}))
    await wait_for_rows(1, gadget_url, f"{CONNECTIONS} AND wait_event_type = 'Lock'")
    await database.close()
    holder.close()
    assert len(await waiting) == 1
    await database.close()
    await wait_for_rows(0, gadget_url, CONNECTIONS)


async def test_an_engine_whose_pool_has_no_size_is_rejected(gadget_url: str) -> None:
    engine = create_async_engine(gadget_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with pytest.raises(TypeError, match="leave out `poolclass`"):
        Database(engine)


async def test_a_live_idle_connection_is_used_if_the_server_has_closed_another_one(
    database: Database, gadget_url: str
) -> None:
    await asyncio.gather(*(database.fetch(text("SELECT pg_sleep(0.2)"), {}) for _ in range(2)))
    closed = await backend_of(database)
    run_sql(gadget_url, f"SELECT pg_terminate_backend({closed}, 5000)")
    ((other,),) = run_sql(gadget_url, CONNECTIONS.replace("1", "pid"))
    assert await backend_of(database) == other
