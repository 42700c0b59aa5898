"""Attempts to connect overlap while the server does not respond."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from psycopg import AsyncConnection, OperationalError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database, Unavailable
from tests.support.databases import new_pool
from tests.support.fault_proxy import FaultProxy

SELECT_1 = text("SELECT 1")


@pytest.fixture
async def database(proxy: FaultProxy) -> AsyncIterator[Database]:
    database = new_pool(proxy.url, seconds=4)
    yield database
    await database.close()


def database_of(url: str, connect: Callable[..., Awaitable[Any]]) -> Database:
    """Return a database with a function that connects."""
    engine = create_async_engine(
        url.replace(":", "+psycopg:", 1), pool_timeout=20, connect_args={"async_creator_fn": connect}
    )
    return Database(engine, timeout=20)


async def test_an_attempt_after_an_outage_does_not_wait_for_those_that_began_in_it(
    database: Database, proxy: FaultProxy
) -> None:
    proxy.drop()
    fetching = asyncio.ensure_future(database.fetch(SELECT_1, {}))
    while not proxy.connections:  # noqa: ASYNC110 # the proxy has no event for it
        await asyncio.sleep(0.01)
    proxy.heal()
    assert await fetching == [(1,)]


async def test_an_error_of_an_old_attempt_starts_a_new_one(gadget_url: str) -> None:
    attempts, second = 0, asyncio.Event()

    async def connect(*_arguments: Any, **_parameters: Any) -> AsyncConnection[Any]:
        """Fail the first attempt during the second one, which hangs."""
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            await second.wait()
            raise OperationalError
        if attempts == 2:
            second.set()
            await asyncio.Event().wait()
        return await AsyncConnection.connect(gadget_url)

    database = database_of(gadget_url, connect)
    assert await database.fetch(SELECT_1, {}) == [(1,)]
    assert attempts == 3
    await database.close()


async def test_a_server_that_stays_silent_is_unavailable(proxy: FaultProxy) -> None:
    database = new_pool(proxy.url, seconds=12)
    proxy.drop()
    with pytest.raises(Unavailable):
        await database.fetch(SELECT_1, {})
    assert proxy.connections <= 7
    await database.close()


async def test_the_second_of_two_simultaneous_connections_is_closed(gadget_url: str) -> None:
    connections = [await AsyncConnection.connect(gadget_url) for _ in range(2)]
    unused, used = connections
    waiting, both = 0, asyncio.Event()

    async def connect(*_arguments: Any, **_parameters: Any) -> AsyncConnection[Any]:
        nonlocal waiting
        waiting += 1
        if waiting == 2:
            asyncio.get_running_loop().call_later(0.01, both.set)
        await both.wait()
        return connections.pop()

    database = database_of(gadget_url, connect)
    assert await database.fetch(SELECT_1, {}) == [(1,)]
    assert [used.closed, unused.closed].count(True) == 1
    await database.close()


async def test_a_database_can_be_closed_while_it_connects(proxy: FaultProxy) -> None:
    database = new_pool(proxy.url, seconds=0.2)
    proxy.drop()
    with pytest.raises(Unavailable):
        await database.fetch(SELECT_1, {})
    await database.close()


async def test_a_transaction_waits_for_a_silent_server_no_longer_than_a_statement(
    database: Database, proxy: FaultProxy
) -> None:
    async with database.transaction() as connection:
        await database.fetch_on(connection, SELECT_1, {})
    proxy.drop()
    proxy.cut()
    await proxy.wait_until_unused()
    with pytest.raises(Unavailable):
        async with asyncio.timeout(10), database.transaction():
            pass
