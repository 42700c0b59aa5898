"""Whatever does not say with certainty where a request ends is refused, and nothing after it is executed."""

import pytest

from tests.support.connection import Connection, Seen

NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\nX-User-ID: bob\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HELLO = b"5\r\nhello\r\n0\r\n\r\n"


async def served(stream: bytes) -> tuple[list[Seen], list[int]]:
    """Return what is served of a stream, which has to be the same in one segment and byte by byte."""
    answers = []
    for segments in ([stream], [stream[at : at + 1] for at in range(len(stream))]):
        connection = Connection()
        await connection.send(*segments)
        assert connection.closed == (connection.statuses[-1:] != [200])
        assert not connection.protocol.tasks
        connection.hang_up()
        answers.append((connection.seen, connection.statuses))
    assert answers[0] == answers[1]
    return answers[0]


def post(
    *fields: bytes,
    body: bytes = b"",
    line: bytes = b"POST /first HTTP/1.1",
    host: bytes = b"Host: x\r\n",
) -> bytes:
    return line + b"\r\n" + host + b"".join(fields) + b"\r\n" + body


REFUSED = {
    "Content-Length before Transfer-Encoding": post(b"Content-Length: 5\r\n", CHUNKED, body=HELLO),
    "Content-Length after Transfer-Encoding": post(CHUNKED, b"Content-Length: 5\r\n", body=HELLO),
    "Content-Length beside an empty Transfer-Encoding": post(
        b"Content-Length: 5\r\nTransfer-Encoding:\r\n", body=b"hello"
    ),
    "two Content-Length": post(b"Content-Length: 5\r\nContent-Length: 6\r\n", body=b"hello"),
    "two equal Content-Length": post(b"Content-Length: 5\r\ncontent-length: 5\r\n", body=b"hello"),
    "a list of Content-Length": post(b"Content-Length: 5, 5\r\n", body=b"hello"),
    "Content-Length with a sign": post(b"Content-Length: +5\r\n", body=b"hello"),
    "a negative Content-Length": post(b"Content-Length: -5\r\n", body=b"hello"),
    "an empty Content-Length": post(b"Content-Length:\r\n", body=b"hello"),
    "a blank Content-Length": post(b"Content-Length: \t\r\n", body=b"hello"),
    "a hexadecimal Content-Length": post(b"Content-Length: 0x5\r\n", body=b"hello"),
    "a Content-Length with a fraction": post(b"Content-Length: 5.0\r\n", body=b"hello"),
    "a Content-Length beyond 64 bits": post(b"Content-Length: 18446744073709551621\r\n", body=b"hello"),
    "a coding before chunked": post(b"Transfer-Encoding: gzip, chunked\r\n", body=HELLO),
    "a coding after chunked": post(b"Transfer-Encoding: chunked, identity\r\n", body=HELLO),
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked\r\n", body=HELLO),
    "chunked with a comma": post(b"Transfer-Encoding: chunked,\r\n", body=HELLO),
    "chunked after a comma": post(b"Transfer-Encoding: ,chunked\r\n", body=HELLO),
    "chunked in quotes": post(b'Transfer-Encoding: "chunked"\r\n', body=HELLO),
    "chunked with a parameter": post(b"Transfer-Encoding: chunked;a=b\r\n", body=HELLO),
    "a coding like chunked": post(b"Transfer-Encoding: xchunked\r\n", body=HELLO),
    "the coding identity": post(b"Transfer-Encoding: identity\r\n", body=HELLO),
    "an empty Transfer-Encoding": post(b"Transfer-Encoding: \r\n", body=HELLO),
    "two Transfer-Encoding": post(b"Transfer-Encoding: gzip\r\n", CHUNKED, body=HELLO),
    "two equal Transfer-Encoding": post(CHUNKED, CHUNKED, body=HELLO),
    "Transfer-Encoding in HTTP/1.0": post(CHUNKED, line=b"POST /first HTTP/1.0", body=HELLO),
    "a folded Transfer-Encoding": post(b"Transfer-Encoding:\r\n chunked\r\n", body=HELLO),
    "a folded header": post(b"A: b\r\n c\r\n"),
    "a header that begins with space": post(b" A: b\r\n"),
    "space before the first header": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "space before a colon": post(b"Content-Length : 5\r\n", body=b"hello"),
    "a tab before a colon": post(b"Content-Length\t: 5\r\n", body=b"hello"),
    "space in a name": post(b"A b: c\r\n"),
    "an empty name": post(b": 5\r\n"),
    "a line without a colon": post(b"A\r\n"),
    "a name that is no ASCII": post(b"\xff: a\r\n"),
    "NUL in a name": post(b"A\0: b\r\n"),
    "NUL in a value": post(b"A: b\0c\r\n"),
    "a control character in a value": post(b"A: b\x01c\r\n"),
    "DEL in a value": post(b"A: b\x7fc\r\n"),
    "LF after the request line": b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    "LF after a header": b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "LF after the head": b"GET / HTTP/1.1\r\nHost: x\r\n\n",
    "CR after the request line": b"GET / HTTP/1.1\rHost: x\r\n\r\n",
    "CR in a value": post(b"A: b\rc\r\n"),
    "CR after the head": b"GET / HTTP/1.1\r\nHost: x\r\n\rA: b\r\n\r\n",
    "a chunk size with a sign": post(CHUNKED, body=b"+5\r\nhello\r\n0\r\n\r\n"),
    "a negative chunk size": post(CHUNKED, body=b"-5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with 0x": post(CHUNKED, body=b"0x5\r\nhello\r\n0\r\n\r\n"),
    "an empty chunk size": post(CHUNKED, body=b"\r\nhello\r\n0\r\n\r\n"),
    "space before a chunk size": post(CHUNKED, body=b" 5\r\nhello\r\n0\r\n\r\n"),
    "space after a chunk size": post(CHUNKED, body=b"5 \r\nhello\r\n0\r\n\r\n"),
    "space before a chunk extension": post(CHUNKED, body=b"5 ;a=b\r\nhello\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": post(CHUNKED, body=b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "LF after a chunk size": post(CHUNKED, body=b"5\nhello\r\n0\r\n\r\n"),
    "LF after a chunk extension": post(CHUNKED, body=b"5;a\nhello\r\n0\r\n\r\n"),
    "CR after a chunk size": post(CHUNKED, body=b"5\rhello\r\n0\r\n\r\n"),
    "nothing after a chunk": post(CHUNKED, body=b"5\r\nhello0\r\n\r\n"),
    "LF after a chunk": post(CHUNKED, body=b"5\r\nhello\n0\r\n\r\n"),
    "two bytes too many in a chunk": post(CHUNKED, body=b"5\r\nhelloXX0\r\n\r\n"),
    "a folded trailer": post(CHUNKED, body=b"0\r\nA: b\r\n c\r\n\r\n"),
    "Content-Length in a trailer": post(CHUNKED, body=b"0\r\nContent-Length: 5\r\n\r\n"),
    "LF after a trailer": post(CHUNKED, body=b"0\r\nA: b\n\r\n"),
    "HTTP/0.9": b"GET /first\r\n\r\n",
    "the version 0.9": post(line=b"POST /first HTTP/0.9"),
    "the version 1.2": post(line=b"POST /first HTTP/1.2"),
    "the version 2.0": post(line=b"POST /first HTTP/2.0"),
    "the version 1.10": post(line=b"POST /first HTTP/1.10"),
    "a version in lower case": post(line=b"POST /first http/1.1"),
    "a request line without version": post(line=b"POST /first "),
    "space after the version": post(line=b"POST /first HTTP/1.1 "),
    "a tab in the request line": post(line=b"POST\t/first HTTP/1.1"),
    "a method in lower case": post(line=b"post /first HTTP/1.1"),
    "an asterisk as target": post(line=b"OPTIONS * HTTP/1.1"),
    "an authority as target": post(line=b"POST x:80 HTTP/1.1"),
    "a relative target": post(line=b"POST first HTTP/1.1"),
    "a URL without a host": post(line=b"POST http:///first HTTP/1.1"),
    "a URL without a path": post(line=b"POST http://x HTTP/1.1"),
    "a URL on another host": post(line=b"POST http://y/first HTTP/1.1"),
    "a URL with another scheme": post(line=b"POST ftp://x/first HTTP/1.1"),
    "no Host": post(host=b""),
    "two Host": post(b"Host: y\r\n"),
    "two equal Host": post(b"host: x\r\n"),
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
async def test_an_ambiguous_request_is_rejected_and_nothing_after_it_is_processed(request_: bytes) -> None:
    assert await served(request_ + NEXT) == ([], [400])


SEEN_NEXT = Seen("GET", "/next", b"", b"bob")
SERVED = {
    "Content-Length": post(b"Content-Length: 5\r\n", body=b"hello"),
    "Content-Length between spaces": post(b"Content-Length: \t 5 \t\r\n", body=b"hello"),
    "chunked": post(CHUNKED, body=HELLO),
    "chunked in any case, between spaces": post(b"transfer-encoding: \tChunKed  \r\n", body=HELLO),
    "chunks with leading zeros": post(CHUNKED, body=b"0005\r\nhello\r\n0000\r\n\r\n"),
    "chunk extensions": post(CHUNKED, body=b'2;a\r\nhe\r\n3;a=b;c="\\";"\r\nllo\r\n0;d\r\n\r\n'),
    "trailers": post(CHUNKED, body=HELLO[:-2] + b"X-User-ID: mallory\r\nHost: y\r\n\r\n"),
    "a URL": post(b"Content-Length: 5\r\n", line=b"POST http://X/first HTTP/1.1", body=b"hello"),
    "repeated fields of other names": post(b"A: b\r\nA: b\r\nContent-Length: 5\r\n", body=b"hello"),
    "line breaks before": b"\r\n\r\n" + post(b"Content-Length: 5\r\n", body=b"hello"),
}


@pytest.mark.parametrize("request_", SERVED.values(), ids=SERVED)
async def test_an_unambiguous_request_is_processed_completely_and_then_the_next_one(request_: bytes) -> None:
    assert await served(request_ + NEXT) == ([Seen("POST", "/first", b"hello", None), SEEN_NEXT], [200, 200])


@pytest.mark.parametrize(
    "head",
    [
        b"POST /first HTTP/1.0\r\nContent-Length: 5\r\n\r\n",
        b"POST /first HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
        b"POST /first HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n",
        b"POST /first HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\nContent-Length: 5\r\n\r\n",
        b"POST /first HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    ],
)
async def test_nothing_after_the_last_request_of_a_connection_is_processed(head: bytes) -> None:
    for segments in ([head + b"hello" + NEXT], [head, b"hello", NEXT], [head + b"hello", NEXT]):
        connection = Connection()
        await connection.send(*segments)
        assert connection.seen == [Seen("POST", "/first", b"hello", None)]
        assert [status for status in connection.statuses if status != 100] == [200]
        assert b"\r\nconnection: close\r\n" in connection.transport.written
        assert connection.closed


async def test_the_response_to_a_rejected_request_follows_those_to_earlier_requests() -> None:
    for malformed in (b"GET /\r\n\r\n", post(CHUNKED, body=b"5\r\nhelloXX0\r\n\r\n")):
        connection = Connection()
        await connection.send(NEXT + NEXT + malformed + NEXT, NEXT)
        assert (connection.seen, connection.statuses) == ([SEEN_NEXT, SEEN_NEXT], [200, 200, 400])
        assert connection.closed


async def test_a_response_that_has_started_is_not_followed_by_another() -> None:
    connection = Connection(reads_bodies=False)
    await connection.send(post(CHUNKED), b"oops" + NEXT, NEXT)
    assert (connection.seen, connection.statuses) == ([Seen("POST", "/first", b"", None)], [200])
    assert connection.closed
