"""What observers of a database learn: the time and the failure of each operation, but no values."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError, StatementError

from routers import ACQUIRE, Database, DatabaseOperation, OwnerId, Scope, Unavailable, UnitOfWork
from tests.support.databases import new_pool
from tests.support.gadgets import gadgets

ECHO = text("SELECT CAST(:value AS text)")


class Observed:
    """A database with the operations that its observer has received."""

    def __init__(self, url: str) -> None:
        self.database = new_pool(url, seconds=1)
        self.operations: list[DatabaseOperation] = []
        self.database.observe(self.operations.append)

    @property
    def summary(self) -> list[tuple[str, str | None]]:
        return [(each.sql, each.error) for each in self.operations]


@pytest.fixture
async def observed(gadget_url: str) -> AsyncIterator[Observed]:
    observed = Observed(gadget_url)
    await observed.database.fetch(ECHO, {"value": "warm"})
    observed.operations.clear()
    yield observed
    await observed.database.close()


async def test_a_statement_is_reported_after_the_wait_for_its_connection(observed: Observed) -> None:
    await observed.database.fetch(ECHO, {"value": "a secret"})
    assert observed.summary == [(ACQUIRE, None), ("SELECT CAST($1 AS text)", None)]
    times = [time for operation in observed.operations for time in operation[1:3]]
    assert times == sorted(times)


async def test_the_statements_of_a_transaction_and_its_end_are_reported(observed: Observed) -> None:
    async with observed.database.transaction() as connection:
        await observed.database.fetch_on(connection, ECHO, {"value": "a secret"})
    assert observed.summary == [
        (ACQUIRE, None),
        ("SELECT CAST($1 AS text)", None),
        ("COMMIT", None),
    ]
    observed.operations.clear()
    with pytest.raises(ZeroDivisionError):
        async with observed.database.transaction():
            _ = 1 / 0
    assert observed.summary == [(ACQUIRE, None), ("ROLLBACK", None)]


async def test_a_failed_statement_is_reported_with_its_sqlstate(observed: Observed) -> None:
    for statement in (text("SELECT 1 / CAST(:x AS int)"), text("SELECT 1 / x FROM (VALUES (:x)) AS v (x)")):
        with pytest.raises(DBAPIError):
            await observed.database.fetch(statement, {"x": 0})
        async with observed.database.transaction() as connection:
            with pytest.raises(DBAPIError):
                await observed.database.fetch_on(connection, statement, {"x": 0})
            await connection.rollback()
    assert [error for _, error in observed.summary if error] == ["22012"] * 4


async def test_a_connection_that_cannot_be_had_is_reported_with_the_class_of_its_error(
    gadget_url: str,
) -> None:
    observed = Observed(gadget_url)
    sleep = text("SELECT pg_sleep(0.9)")
    results = await asyncio.gather(
        *(observed.database.fetch(sleep, {}) for _ in range(15)), return_exceptions=True
    )
    assert observed.database.pool_status.waiting == 0
    assert any(isinstance(result, Unavailable) for result in results)
    assert (ACQUIRE, "TimeoutError") in observed.summary
    await observed.database.close()


async def test_a_database_that_cannot_be_reached_is_reported() -> None:
    observed = Observed("postgresql://u:p@127.0.0.1:1/d")
    with pytest.raises(Unavailable):
        await observed.database.fetch(ECHO, {"value": ""})
    with pytest.raises(Unavailable):
        async with observed.database.transaction():
            pass
    assert observed.summary == [(ACQUIRE, "OperationalError")] * 2


async def test_a_failure_of_a_session_or_of_a_commit_is_reported(observed: Observed) -> None:
    with pytest.raises(DBAPIError):
        async with observed.database.session() as session:
            await session.execute(text("SELECT 1 / (SELECT 0)"))
    assert observed.summary[-1] == ("SELECT 1 / (SELECT 0)", "22012")
    terminate = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable):
        async with observed.database.transaction() as connection:
            with pytest.raises(Unavailable):
                await observed.database.fetch_on(connection, terminate, {})
    assert observed.summary[-1][0] in {"COMMIT", "ROLLBACK"}


async def test_reads_by_fastcrud_are_reported(observed: Observed) -> None:
    scope = Scope(gadgets, OwnerId("ann"), UnitOfWork(observed.database))
    await scope.crud.count()
    assert [sql[:13] for sql, _ in observed.summary] == [ACQUIRE, "SELECT count("]


async def test_a_statement_with_a_list_of_values_is_reported_once(observed: Observed) -> None:
    statement = text("SELECT 1 WHERE 1 IN :values").bindparams(bindparam("values", expanding=True))
    await observed.database.fetch(statement, {"values": [1, 2]})
    assert [sql[:6] for sql, _ in observed.summary] == [ACQUIRE[:6], "SELECT"]


async def test_each_observer_receives_each_operation_once(observed: Observed) -> None:
    others: list[DatabaseOperation] = []
    observed.database.observe(others.append)
    async with observed.database.transaction() as connection:
        await observed.database.fetch_on(connection, ECHO, {"value": ""})
    assert others == observed.operations
    assert len(others) == 3


async def test_the_status_of_the_pool_counts_used_idle_and_waiting(gadget_url: str) -> None:
    database: Database = new_pool(gadget_url)
    assert database.pool_status == (5, 0, 0, 0)
    statements = [asyncio.ensure_future(database.fetch(text("SELECT pg_sleep(0.5)"), {})) for _ in range(7)]
    await asyncio.sleep(0.2)
    assert database.pool_status == (5, 5, 0, 2)
    await asyncio.gather(*statements)
    assert database.pool_status == (5, 0, 5, 0)
    async with database.transaction():
        assert database.pool_status == (5, 1, 4, 0)
    await database.close()


async def test_a_statement_that_is_not_sent_is_not_reported(observed: Observed) -> None:
    with pytest.raises(StatementError):
        async with observed.database.transaction() as connection:
            await observed.database.fetch_on(connection, ECHO, {})
    assert observed.summary == [(ACQUIRE, None), ("ROLLBACK", None)]
