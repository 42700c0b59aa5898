"""The protocol agrees with another parser on what a request is, however the stream is segmented."""

import contextlib
import logging
import os
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import h11
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.connection import Connection, Seen
from tests.support.http_streams import streams

SETTINGS: Any = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
LATER = b"GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))


@pytest.fixture(autouse=True)
def _no_warnings(caplog: pytest.LogCaptureFixture) -> None:
    """Skip the warnings about rejected requests, of which there are thousands."""
    caplog.set_level(logging.ERROR, logger="uvicorn.error")


CUTS = st.sets(st.integers(0, 2000), max_size=6)


@settings(max_examples=600, derandomize=True, **SETTINGS)
@given(streams(), CUTS)
async def test_a_stream_is_processed_as_another_parser_reads_it_at_every_segmentation(
    stream: bytes, cuts: set[int]
) -> None:
    await check(stream, cuts)


@pytest.mark.deep
@settings(max_examples=10_000 * FACTOR, **SETTINGS)
@given(streams(), CUTS)
async def test_many_streams_are_processed_as_another_parser_reads_them(stream: bytes, cuts: set[int]) -> None:
    await check(stream, cuts)


async def check(stream: bytes, cuts: set[int]) -> None:
    """Send a stream whole, byte by byte, cut after each head, and cut anywhere; respond at once, or late."""
    heads = {match.end() for match in re.finditer(rb"\r\n\r\n", stream)}
    expected = await processed(stream, set())
    for each in (set(range(len(stream))), heads, {cut % len(stream) for cut in cuts} if stream else set()):
        assert await processed(stream, each) == expected, sorted(each)[:10]
    assert await processed(stream, heads, late=True) == expected, "late"
    seen, _, closed = expected
    others = requests_read_by_h11(stream)
    assert seen == others[: len(seen)]
    assert closed or len(seen) == len(others)


async def processed(
    stream: bytes, cuts: set[int], *, late: bool = False
) -> tuple[list[Seen], list[int], bool]:
    """Return the requests that the application sees, the statuses, and whether the connection is closed."""
    connection = Connection(late=late)
    ends = [*sorted(cuts), len(stream)]
    await connection.send(*(stream[start:end] for start, end in zip([0, *ends], ends, strict=False)))
    # Spaces after a value are not part of it; whoever reads it removes them.
    seen = [each._replace(owner=each.owner and each.owner.strip()) for each in connection.seen]
    closed, count = connection.closed, len(seen)
    if closed:
        await connection.send(LATER)
        assert len(connection.seen) == count
    connection.hang_up()
    return seen, [status for status in connection.statuses if status != 100], closed


def requests_read_by_h11(stream: bytes) -> list[Seen]:
    """Return the complete requests of a stream, up to its first error."""
    requests: list[Seen] = []
    with contextlib.suppress(h11.RemoteProtocolError):
        while stream:
            parser = h11.Connection(h11.SERVER)
            # Unlike h11, the protocol accepts empty lines before a request, and spaces around the target.
            parser.receive_data(re.sub(rb"\A[\r\n]*([A-Z]+) +(\S+) +(?=HTTP)", rb"\1 \2 ", stream))
            request, body = parser.next_event(), b""
            if not isinstance(request, h11.Request) or request.method == b"PRI":  # the preface of HTTP/2
                break
            while isinstance(event := parser.next_event(), h11.Data):
                body += event.data
            if not isinstance(event, h11.EndOfMessage):
                break
            requests.append(_seen(request, body))
            if parser.their_state is h11.MUST_CLOSE:
                break
            stream, _ = parser.trailing_data
    return requests


def _seen(request: h11.Request, body: bytes) -> Seen:
    target = request.target
    if b"://" in target:
        target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
    path = unquote_to_bytes(target.partition(b"?")[0]).decode("latin-1")
    owner = dict(request.headers).get(b"x-user-id")
    return Seen(request.method.decode(), path, body, owner)
