"""Statements that take longer than the timeout are cancelled, or their connection is cut."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from routers import Database, Unavailable
from routers.database.timeout import Timeout, driver_of
from tests.support.wire import Wire


@pytest.fixture
def database(impatient_database: Database) -> Database:
    return impatient_database


async def test_a_timeout_has_no_effect_after_the_end_of_its_block(database: Database) -> None:
    async with database.engine.connect() as connection:
        with Timeout(driver_of(connection), 1):
            await connection.execute(text("SELECT 1"))
        await connection.execute(text("SELECT pg_sleep(1.1)"))


async def test_a_statement_beyond_the_timeout_is_cancelled_and_the_next_one_succeeds(
    database: Database,
) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable):
            await database.fetch(text("SELECT pg_sleep(5)"), {})
        (row,) = await database.fetch(text("SELECT 1 AS one"), {})
        assert row[0] == 1


async def test_a_block_that_ends_during_the_cancellation_closes_the_connection(
    database: Database, wire: Wire
) -> None:
    """Otherwise the cancellation could hit the next statement."""
    async with database.engine.connect() as connection:
        before = wire.connections
        wire.frozen.set()
        try:
            with Timeout(driver_of(connection), 0.05):
                async with asyncio.timeout(10):
                    while wire.connections == before:  # noqa: ASYNC110 # the proxy has no event for it
                        await asyncio.sleep(0.001)
        finally:
            wire.frozen.clear()
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT 1"))
        await connection.rollback()
