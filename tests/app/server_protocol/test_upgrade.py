"""The protocol ignores `Upgrade`."""

import logging
from collections.abc import Callable

import pytest

from tests.support.connection import Connection, Seen

SMUGGLED = b"DELETE /victim HTTP/1.1\r\nHost: x\r\nX-User-ID: mallory\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\nX-User-ID: bob\r\n\r\n"
SEEN_NEXT = Seen("GET", "/next", b"", b"bob")
UPGRADES = {
    "unknown": b"Connection: Upgrade\r\nUpgrade: anything\r\n",
    "listed": b"Connection: keep-alive, upgrade\r\nUpgrade: a, b\r\nUpgrade: c\r\n",
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "websocket": (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    ),
}


def request(upgrade: bytes, framing: bytes, body: bytes, version: bytes = b"1.1") -> bytes:
    head = b"POST /first HTTP/%b\r\nHost: x\r\nX-User-ID: ann\r\n" % version
    return head + upgrade + framing + b"\r\n" + body


def with_length(upgrade: bytes) -> bytes:
    return request(upgrade, b"Content-Length: %d\r\n" % len(SMUGGLED), SMUGGLED)


def chunked(upgrade: bytes) -> bytes:
    first, second = SMUGGLED[:7], SMUGGLED[7:]
    chunks = b"%x\r\n%b\r\n%X;name=value\r\n%b\r\n0\r\n" % (len(first), first, len(second), second)
    return request(upgrade, b"Transfer-Encoding: Chunked\r\n", chunks + b"X-User-ID: mallory\r\n\r\n")


FRAMINGS = [with_length, chunked]
SEEN_FIRST = Seen("POST", "/first", SMUGGLED, b"ann")


async def seen_of(*segments: bytes) -> tuple[list[Seen], list[int]]:
    """Return what the application sees of these segments, and the statuses of the responses."""
    connection = Connection()
    await connection.send(*segments)
    connection.hang_up()
    return connection.seen, connection.statuses


@pytest.mark.parametrize("upgrade", UPGRADES.values(), ids=UPGRADES)
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_the_body_of_an_upgrading_request_is_read_as_the_body_at_every_segmentation(
    framing: Callable[[bytes], bytes], upgrade: bytes
) -> None:
    stream = framing(upgrade) + NEXT
    for cut in range(len(stream)):
        seen, statuses = await seen_of(stream[:cut], stream[cut:])
        assert (seen, statuses) == ([SEEN_FIRST, SEEN_NEXT], [200, 200]), stream[:cut]


@pytest.mark.parametrize("upgrade", UPGRADES.values(), ids=UPGRADES)
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_the_body_of_an_upgrading_request_can_arrive_byte_by_byte(
    framing: Callable[[bytes], bytes], upgrade: bytes
) -> None:
    stream = framing(upgrade) + NEXT
    seen, _ = await seen_of(*(stream[at : at + 1] for at in range(len(stream))))
    assert seen == [SEEN_FIRST, SEEN_NEXT]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 100, 1000, 1_000_000])
async def test_upgrading_requests_can_be_pipelined(size: int) -> None:
    stream = (with_length(UPGRADES["h2c"]) + NEXT + chunked(UPGRADES["unknown"])) * 20
    seen, statuses = await seen_of(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert seen == [SEEN_FIRST, SEEN_NEXT, SEEN_FIRST] * 20
    assert statuses == [200] * 60


async def test_many_upgrading_requests_in_one_segment_do_not_exhaust_the_stack() -> None:
    seen, _ = await seen_of(request(UPGRADES["unknown"], b"", b"") * 2000)
    assert seen == [Seen("POST", "/first", b"", b"ann")] * 2000


@pytest.mark.parametrize("framing", [b"", b"Content-Length: 0\r\n"])
async def test_an_upgrading_request_can_have_no_body(framing: bytes) -> None:
    stream = request(UPGRADES["websocket"], framing, b"") + NEXT
    for cut in range(len(stream)):
        seen, _ = await seen_of(stream[:cut], stream[cut:])
        assert seen == [Seen("POST", "/first", b"", b"ann"), SEEN_NEXT]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_nothing_after_an_upgrading_request_with_connection_close_is_processed(
    version: bytes,
) -> None:
    upgrade = b"Connection: Upgrade, close\r\nUpgrade: anything\r\n"
    stream = request(upgrade, b"Content-Length: 4\r\n", b"body", version) + NEXT
    for cut in range(len(stream)):
        seen, statuses = await seen_of(stream[:cut], stream[cut:])
        assert (seen, statuses) == ([Seen("POST", "/first", b"body", b"ann")], [200])


async def test_nothing_after_an_upgrading_request_with_connection_close_is_parsed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    upgrade = b"Connection: Upgrade, close\r\nUpgrade: anything\r\n"
    seen, statuses = await seen_of(request(upgrade, b"", b"") + b"no HTTP\r\n" * 10)
    assert (seen, statuses) == ([Seen("POST", "/first", b"", b"ann")], [200])
    assert caplog.messages == []


async def test_an_upgrading_request_of_http_1_0_closes_the_connection() -> None:
    upgrade = b"Connection: Upgrade, keep-alive\r\nUpgrade: anything\r\n"
    stream = request(upgrade, b"Content-Length: 4\r\n", b"body", b"1.0") + NEXT
    for cut in range(len(stream)):
        seen, _ = await seen_of(stream[:cut], stream[cut:])
        assert seen == [Seen("POST", "/first", b"body", b"ann")]


async def test_the_trailers_of_an_upgrading_request_are_ignored() -> None:
    body = b"4\r\nbody\r\n0\r\nX-User-ID: mallory\r\n\r\n"
    anonymous = b"POST /first HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: a\r\n"
    stream = anonymous + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
    for cut in range(len(stream)):
        seen, _ = await seen_of(stream[:cut], stream[cut:])
        assert seen == [Seen("POST", "/first", b"body", None), Seen("GET", "/b", b"", None)]


@pytest.mark.parametrize(
    "body",
    [
        b"+5\r\nhello",
        b"0x5\r\nhello",
        b"5\r\nhelloX\r\n",
        b"5 \r\nhello",
        b"5\nhello",
        b"fffffffffffffffff\r\n",
    ],
)
async def test_a_malformed_body_of_an_upgrading_request_is_rejected_and_nothing_after_it_is_processed(
    body: bytes,
) -> None:
    stream = request(UPGRADES["unknown"], b"Transfer-Encoding: chunked\r\n", body + b"\r\n0\r\n\r\n" + NEXT)
    for cut in range(len(stream)):
        assert await seen_of(stream[:cut], stream[cut:]) == ([], [400])


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
        b"CONNECT /first HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
        b"CONNECT /first HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI /first HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_connect_is_rejected_and_nothing_after_it_is_processed(head: bytes) -> None:
    stream = (head % len(SMUGGLED) if b"%d" in head else head) + SMUGGLED + NEXT
    for cut in range(len(stream)):
        assert await seen_of(stream[:cut], stream[cut:]) == ([], [400])


async def test_a_websocket_handshake_is_processed_as_a_get(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    handshake = b"GET /first HTTP/1.1\r\nHost: x\r\n" + UPGRADES["websocket"] + b"\r\n"
    assert await seen_of(handshake) == ([Seen("GET", "/first", b"", None)], [200])
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []
