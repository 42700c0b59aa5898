"""The size of a request's head is limited, whatever part of it is large."""

import pytest

from app.server_protocol.protocol import CHUNK_LINE_BYTES, MAX_HEAD_BYTES
from tests.support.connection import Connection, Seen

NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"
SEEN_NEXT = Seen("GET", "/next", b"", None)
LONG = b"x" * MAX_HEAD_BYTES
START = b"POST /first HTTP/1.1\r\nHost: x\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
TOO_LARGE = {
    "a long value": START + b"A: " + LONG + b"\r\n\r\n",
    "a long name": START + LONG + b": a\r\n\r\n",
    "many headers": START + b"A: b\r\n" * (MAX_HEAD_BYTES // 6) + b"\r\n",
    "a long URL": b"GET /" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long query": b"GET /?" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long trailer": CHUNKED + b"0\r\nA: " + LONG + b"\r\n\r\n",
    "many trailers": CHUNKED + b"5\r\nhello\r\n0\r\n" + b"A: b\r\n" * (MAX_HEAD_BYTES // 6) + b"\r\n",
    "a long head that asks for an upgrade": START
    + b"Connection: Upgrade\r\nUpgrade: a\r\nA: "
    + LONG
    + b"\r\n\r\n",
    "long trailers of a request that asks for an upgrade": CHUNKED.replace(
        b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n"
    )
    + b"0\r\nA: "
    + LONG
    + b"\r\n\r\n",
}
ENDLESS = {
    "value": START + b"A: ",
    "name": START,
    "URL": b"GET /",
    "chunk extension": CHUNKED + b"5;",
    "chunk size": CHUNKED + b"0",
}


@pytest.mark.parametrize("size", [4096, 1_000_000])
@pytest.mark.parametrize("request_", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_a_head_over_the_limit_gets_431_and_nothing_after_it_is_processed(
    request_: bytes, size: int
) -> None:
    stream = request_ + NEXT
    connection = Connection()
    await connection.send(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert (connection.seen, connection.statuses) == ([], [431])
    assert connection.closed
    connection.hang_up()


@pytest.mark.parametrize("start", ENDLESS.values(), ids=ENDLESS)
async def test_an_endless_head_is_rejected_at_the_limit(start: bytes) -> None:
    connection = Connection()
    pieces = 0
    await connection.send(start)
    while not connection.closed:
        pieces += 1
        await connection.send(b"0" * 1024)
    assert pieces <= MAX_HEAD_BYTES // 1024 + 1
    connection.hang_up()


async def test_a_head_over_the_limit_gets_431_after_other_requests_in_the_same_segment() -> None:
    for request_ in TOO_LARGE.values():
        connection = Connection()
        await connection.send(NEXT + request_ + NEXT)
        assert (connection.seen, connection.statuses) == ([SEEN_NEXT], [200, 431])
        connection.hang_up()


async def test_endless_line_breaks_before_a_request_are_rejected_at_the_limit() -> None:
    connection = Connection()
    await connection.send(*[b"\r\n" * 512] * (MAX_HEAD_BYTES // 1024 + 1))
    assert (connection.seen, connection.statuses, connection.closed) == ([], [431], True)
    connection.hang_up()


@pytest.mark.parametrize("size", [1000, 1_000_000])
async def test_a_head_within_the_limit_is_accepted_after_many_requests_on_the_connection(size: int) -> None:
    head = START + b"Content-Length: 5\r\nA: " + LONG[: -len(START) - 30] + b"\r\n\r\n"
    stream = (head + b"hello" + NEXT * 10) * 5
    connection = Connection()
    await connection.send(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert connection.seen == [Seen("POST", "/first", b"hello", None), *[SEEN_NEXT] * 10] * 5
    connection.hang_up()


@pytest.mark.parametrize("size", [7, 1000, 1_000_000])
async def test_a_body_can_have_any_number_of_small_chunks(size: int) -> None:
    stream = CHUNKED + b"1;a=b\r\nx\r\n" * MAX_HEAD_BYTES + b"0\r\n\r\n" + NEXT
    connection = Connection()
    await connection.send(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert connection.seen == [Seen("POST", "/first", LONG, None), SEEN_NEXT]
    connection.hang_up()


async def test_the_limit_applies_to_all_chunk_extensions_together() -> None:
    extension = b"x" * CHUNK_LINE_BYTES * 2
    connection = Connection()
    await connection.send(CHUNKED, *[b"1;%b\r\nx\r\n" % extension] * (MAX_HEAD_BYTES // CHUNK_LINE_BYTES))
    assert (connection.seen, connection.statuses, connection.closed) == ([], [431], True)
    connection.hang_up()
