"""The watch over a connection."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from routers import Database, Unavailable
from routers.database.timeout import Timeout, driver_of


@pytest.fixture
def database(impatient_database: Database) -> Database:
    return impatient_database


async def test_a_statement_within_its_time_is_left_alone(database: Database) -> None:
    async with database.engine.connect() as connection:
        with Timeout(driver_of(connection), 1):
            await connection.execute(text("SELECT 1"))
        await asyncio.sleep(1.1)
        await connection.execute(text("SELECT 1"))


async def test_a_statement_beyond_it_ends_and_the_next_one_runs(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable):
            await database.fetch(text("SELECT pg_sleep(5)"), {})
        (row,) = await database.fetch(text("SELECT 1 AS one"), {})
        assert row[0] == 1


async def test_a_block_that_ends_with_a_cancellation_on_its_way_does_too(database: Database) -> None:
    async with database.engine.connect() as connection:
        with Timeout(driver_of(connection), 0.05):
            await asyncio.sleep(0.0501)
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT 1"))
        await connection.rollback()
