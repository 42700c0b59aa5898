"""Hypothesis strategies for what a client may send on a connection, valid and nearly valid."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

HIDDEN = b"DELETE /hidden HTTP/1.1\r\nHost: x\r\nX-User-ID: mallory\r\n\r\n"


def _parts(text: str) -> tuple[bytes, ...]:
    """Split a text at each `|`, and read its escape sequences."""
    return tuple(part.encode().decode("unicode_escape").encode("latin-1") for part in text.split("|"))


_BODIES = (b"", b"x", b"hello", b"0\r\n\r\n", b"\r\n", HIDDEN)
_LINES = _parts(
    r"GET / HTTP/1.1|POST /a?b=c HTTP/1.1|PUT /a/b HTTP/1.1|HEAD / HTTP/1.1"
    r"|DELETE /a HTTP/1.1|POST /a HTTP/1.1"
)
_ODD_LINES = _parts(
    r"POST /a HTTP/1.0|POST /a HTTP/0.9|POST /a HTTP/1.2|POST /a HTTP/2.0|POST /a|POST /a |post /a HTTP/1.1"
    r"|POST  /a HTTP/1.1|POST\t/a HTTP/1.1|POST /a HTTP/1.1 | POST /a HTTP/1.1|POST /a  HTTP/1.1"
    r"|POST a HTTP/1.1"
    r"|POST http://x/a HTTP/1.1|POST http://y/a HTTP/1.1|OPTIONS * HTTP/1.1|POST x:80 HTTP/1.1"
    r"|CONNECT x:80 HTTP/1.1|PRI * HTTP/2.0|QUERY /a HTTP/1.1|POST /\xff HTTP/1.1"
    r"||\r\nPOST /a HTTP/1.1|\nPOST /a HTTP/1.1"
)
_FIELDS = _parts(
    r"X-User-ID: ann|x-user-id: bob|A: b|Accept: */*|TE: trailers|Trailer: X-User-ID|Content-Type: text/plain"
    r"|Connection: keep-alive|Connection: close|Connection: X-User-ID"
)
_UPGRADES = tuple(
    (connection, b"Upgrade: " + protocol)
    for connection in _parts("Connection: Upgrade|connection: keep-alive, upgrade|Connection: close, Upgrade")
    for protocol in (b"anything", b"websocket", b"h2c")
)
_LENGTHS = _parts("Content-Length: %d|content-length:%d")
_ODD_LENGTHS = _parts(
    r"Content-Length: +%d|Content-Length: %d, 5|Content-Length: -%d|Content-Length: 0x%d|Content-Length : %d"
    r"|Content-Length: 0%d|Content-Length: %d.0|Content-Length:\x0b%d|Content-Length: 1844674407370955162%d"
)
_CODINGS = _parts(r"Transfer-Encoding: chunked|transfer-encoding:\tChunked ")
_ODD_CODINGS = _parts(
    r"Transfer-Encoding: gzip, chunked|Transfer-Encoding: identity|Transfer-Encoding: xchunked"
    r"|Transfer-Encoding:"
    r"|Transfer-Encoding : chunked|Transfer-Encoding:\x0bchunked|Transfer-Encoding:\r\n chunked"
    r"|Transfer_Encoding: chunked|Transfer-Encoding: chunked, chunked|Transfer-Encoding: chunked, identity"
)
_ODD_FIELDS = _parts(
    r"Host: x|Host: y|X_User_ID: eve|X-User-ID : eve| X-User-ID: eve|A: b\r\n c|: a|A|A: b\0|\xff: a|A: \xff|"
    r"|\t|A:"
    r"|A: b\rX-User-ID: eve|A: b\nX-User-ID: eve|Upgrade: anything|Connection: Upgrade|Expect: 100-continue"
    r"|HTTP2-Settings: AAMA|Content-Length: 5|Content-Length: 0|Transfer-Encoding: chunked"
)
_ODD_CHUNKS = _parts(
    r"+1\r\nx\r\n|-1\r\nx\r\n|0x1\r\nx\r\n| 1\r\nx\r\n|1 \r\nx\r\n|1\nx\r\n|1\r\nx\n|1\r\nxx\r\n|1\r\nx|\r\n"
    r"|10000000000000001\r\nx\r\n|1;\r\nx\r\n|1;a\nx\r\n|1\rx\r\n|1;a=\"\r\nx\r\n|1;a=b;c\r\nx\r\n|01\r\nx\r\n"
    r"|1\r\nx\r\n0|g\r\n"
)
_TRAILERS = _parts(r"||X-User-ID: eve\r\n|Host: y\r\n|Content-Length: 5\r\n|A: b\r\n c\r\n|A: b\n")
_BYTES = _parts(r"|\r|\n|\r\n| |\t|:|\0|\xff|0|1|,|;|\r\n\r\n")


@st.composite
def _chunked(draw: st.DrawFn) -> bytes:
    """A body in chunks."""
    chunks = []
    for body in draw(st.lists(st.sampled_from(_BODIES[1:]), max_size=3)):
        extension = draw(st.sampled_from((b"", b"", b";a", b';a=b;c="d"')))
        chunks.append(b"%x%b\r\n%b\r\n" % (len(body), extension, body))
    if draw(_rarely()):
        chunks.append(draw(st.sampled_from(_ODD_CHUNKS)))
    return b"".join(chunks) + b"0\r\n" + draw(st.sampled_from(_TRAILERS)) + b"\r\n"


def _rarely() -> SearchStrategy[bool]:
    return st.sampled_from((False,) * 7 + (True,))


@st.composite
def _request(draw: st.DrawFn) -> bytes:
    """A request, with a part that is not valid in one of three."""
    line = draw(st.sampled_from(_ODD_LINES if draw(_rarely()) else _LINES))
    fields = [] if draw(_rarely()) and draw(st.booleans()) else [b"Host: x"]
    fields += draw(st.lists(st.sampled_from(_FIELDS), max_size=2))
    if draw(st.booleans()):
        fields += draw(st.sampled_from(_UPGRADES))
    body = b""
    framing = draw(st.sampled_from(("none", "length", "chunked")))
    if framing == "length":
        body = draw(st.sampled_from(_BODIES))
        fields.append(draw(st.sampled_from(_ODD_LENGTHS if draw(_rarely()) else _LENGTHS)) % len(body))
    elif framing == "chunked":
        body = draw(_chunked())
        fields.append(draw(st.sampled_from(_ODD_CODINGS if draw(_rarely()) else _CODINGS)))
    if draw(_rarely()):
        fields += draw(st.lists(st.sampled_from(_ODD_FIELDS), min_size=1, max_size=2))
    return b"\r\n".join([line, *draw(st.permutations(fields)), b"", body])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Up to four requests on one connection, sometimes with changed bytes."""
    stream = b"".join(draw(st.lists(_request(), min_size=1, max_size=4)))
    if draw(st.sampled_from((False, False, True))):
        for _ in range(draw(st.integers(1, 2))):
            start = draw(st.integers(0, len(stream)))
            end = start + draw(st.integers(0, 2))
            stream = stream[:start] + draw(st.sampled_from(_BYTES) | st.binary(max_size=2)) + stream[end:]
    return stream
