"""The connections kept at hand for single statements."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database
from tests.support.databases import new_pool
from tests.support.sql import run_sql

WHO = text("SELECT pg_backend_pid()")
OPEN = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'lane'"
SLEEPING = f"{OPEN} AND state = 'active' AND query LIKE '%pg_sleep(60)'"
END_ALL = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'lane'"


@pytest.fixture
async def database(gadget_url: str) -> AsyncIterator[Database]:
    database = new_pool(f"{gadget_url}&application_name=lane", seconds=2)
    yield database
    await database.close()


async def rows_become(number: int, url: str, statement: str) -> None:
    async with asyncio.timeout(30):
        while len(run_sql(url, statement)) != number:  # noqa: ASYNC110 # the server has no event for it
            await asyncio.sleep(0.02)


async def asked(database: Database) -> int:
    ((backend,),) = await database.fetch(WHO, {})
    return int(backend)


async def test_one_after_the_other_are_asked_on_one_connection(database: Database) -> None:
    assert len({await asked(database) for _ in range(5)}) == 1


async def test_at_once_they_are_asked_on_as_many_as_there_may_be(database: Database) -> None:
    backends = await asyncio.gather(*(asked(database) for _ in range(30)))
    assert 1 < len(set(backends)) <= 5


async def test_transactions_get_the_connections_that_are_idle(database: Database) -> None:
    await asyncio.gather(*(database.fetch(text("SELECT pg_sleep(0.1)"), {}) for _ in range(5)))

    async def alone() -> int:
        async with database.transaction() as connection:
            await asyncio.sleep(0.1)
            return len(await database.fetch_on(connection, WHO, {}))

    assert await asyncio.gather(*(alone() for _ in range(10))) == [1] * 10


async def test_who_waits_gets_the_connection_of_who_is_done(database: Database) -> None:
    async def alone() -> int:
        async with database.transaction() as connection:
            return len(await database.fetch_on(connection, WHO, {}))

    slow = [database.fetch(text("SELECT pg_sleep(0.2)"), {}) for _ in range(5)]
    answers = await asyncio.gather(*slow, *(alone() for _ in range(5)))
    assert answers[5:] == [1] * 5


async def test_a_connection_that_the_server_has_closed_is_replaced(
    database: Database, gadget_url: str
) -> None:
    before = await asked(database)
    run_sql(gadget_url, END_ALL)
    assert await asked(database) != before
    async with database.transaction() as connection:
        await database.fetch_on(connection, WHO, {})
    run_sql(gadget_url, END_ALL)
    async with database.transaction() as connection:
        assert len(await database.fetch_on(connection, WHO, {})) == 1


async def test_a_statement_that_was_given_up_ends_in_the_server_too(
    database: Database, gadget_url: str
) -> None:
    before = await asked(database)
    sleeping = asyncio.ensure_future(database.fetch(text("SELECT pg_sleep(60)"), {}))
    await rows_become(1, gadget_url, SLEEPING)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert await asked(database) != before
    await rows_become(0, gadget_url, SLEEPING)


async def test_what_is_in_use_when_it_closes_is_closed_when_it_is_done(
    database: Database, gadget_url: str
) -> None:
    last = asyncio.ensure_future(database.fetch(text("SELECT pg_sleep(0.2)"), {}))
    await asyncio.sleep(0.1)
    await database.close()
    await last
    await database.close()
    await rows_become(0, gadget_url, OPEN)


async def test_a_pool_without_a_size_is_refused(gadget_url: str) -> None:
    engine = create_async_engine(gadget_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with pytest.raises(TypeError, match="leave out `poolclass`"):
        Database(engine)
