"""A connection that breaks the protocol is reported as unavailable and never used again."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from routers import Database, Unavailable
from tests.support.databases import new_pool
from tests.support.fault_proxy import FaultProxy

Change = Callable[[bytes], bytes]

BROKEN: dict[str, tuple[Change, bool]] = {
    "an HTTP response": (lambda _: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" * 3, False),
    "zeros": (lambda part: bytes(len(part)), False),
    "a negative length": (lambda part: part[:1] + b"\xff" * 4 + part[5:], False),
    "a length beyond the memory": (lambda part: b"D\x7f\xff\xff\xff" + part[5:], False),
    "a row without a description": (lambda _: b"D\0\0\0\x0b\0\1\0\0\0\1x" + b"Z\0\0\0\5I", False),
    "no result": (lambda _: b"Z\0\0\0\5I", False),
    "the middle of a message": (lambda part: part[:9], True),
    "nothing": (lambda _: b"", True),
}


@pytest.fixture
async def database(proxy: FaultProxy) -> AsyncIterator[Database]:
    database = new_pool(proxy.url, seconds=1)
    yield database
    await database.close()


async def backend_in_transaction(database: Database) -> int:
    """Execute a statement in a transaction and return the process id of the backend that executed it."""
    async with database.transaction() as connection:
        ((backend,),) = await database.fetch_on(connection, text("SELECT pg_backend_pid()"), {})
    return int(backend)


async def backend_of(database: Database) -> int:
    """Execute a statement and return the process id of the backend that executed it."""
    ((backend,),) = await database.fetch(text("SELECT pg_backend_pid()"), {})
    return int(backend)


@pytest.mark.parametrize("backend", [backend_of, backend_in_transaction])
@pytest.mark.parametrize("broken", BROKEN)
async def test_a_broken_response_is_unavailable_and_the_connection_is_replaced(
    database: Database, proxy: FaultProxy, broken: str, backend: Callable[[Database], Awaitable[int]]
) -> None:
    before = await backend(database)
    change, cut = BROKEN[broken]
    proxy.change_responses(change, cut=cut)
    with pytest.raises(Unavailable):
        await backend(database)
    proxy.heal()
    assert await backend(database) != before


async def test_a_repeated_response_is_not_the_response_to_the_next_statement(
    database: Database, proxy: FaultProxy
) -> None:
    await backend_of(database)
    proxy.change_responses(lambda part: part * 2)
    for number in range(5):
        (row,) = await database.fetch(text(f"SELECT {number}"), {})
        assert row == (number,)


@pytest.mark.parametrize("statement", ["COPY (SELECT 1) TO STDOUT", "COPY gadget FROM STDIN", ""])
async def test_a_statement_that_is_not_supported_is_not_unavailable(
    database: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="not supported"):
        await database.fetch(text(statement), {})
    await backend_of(database)


async def test_a_value_that_the_driver_cannot_send_is_not_unavailable(database: Database) -> None:
    with pytest.raises(DBAPIError, match="cannot adapt type"):
        await database.fetch(text("SELECT :value"), {"value": object()})
    await backend_of(database)
