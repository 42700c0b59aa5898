"""What arrives after the last response of a connection is read for a while, so that the response arrives."""

import asyncio

import pytest

from app.server_protocol.lingering import LINGER_SECONDS, MAX_DISCARDED_BYTES
from tests.support.connection import Connection

MALFORMED = b"GET /first HTTP/2.0\r\n\r\n"
LONG = b"POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (10 * MAX_DISCARDED_BYTES)
LAST = b"Connection: close\r\nContent-Length:"
MIB = b"x" * 1024 * 1024


@pytest.mark.parametrize("start", [MALFORMED, LONG, LONG.replace(b"Content-Length:", LAST)])
async def test_the_data_read_after_a_response_is_limited(start: bytes) -> None:
    connection = Connection(reads_bodies=False)
    await connection.send(start, *[MIB] * (MAX_DISCARDED_BYTES // len(MIB)))
    assert not connection.transport.paused
    await connection.send(MIB)
    assert connection.transport.paused
    assert len(connection.statuses) == 1
    connection.hang_up()


@pytest.mark.parametrize("start", [MALFORMED, LONG, LONG.replace(b"Content-Length:", LAST)])
async def test_a_lingering_connection_is_closed_after_a_while(start: bytes) -> None:
    connection = Connection(reads_bodies=False)
    await connection.send(start)
    assert not connection.transport.closed
    await asyncio.sleep(LINGER_SECONDS * 1.1)
    assert connection.transport.closed
    connection.hang_up()


async def test_the_timer_of_a_lost_connection_stops() -> None:
    connection = Connection()
    await connection.send(MALFORMED)
    connection.hang_up()
    connection.transport.closed = False
    await asyncio.sleep(LINGER_SECONDS * 1.1)
    assert not connection.transport.closed
