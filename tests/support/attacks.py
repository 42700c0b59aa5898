"""Requests that try to act for the owner `victim` through a gateway.

Each attack is a list of segments for one connection. The request that the client sends as a request has the
request id `outer`; the one hidden in it has the id `hidden`, and no credentials for the gateway.
"""

VICTIM = b"X-User-ID: victim\r\n"

_PATH = b"/api/v1/tasks"
_HOST = b"Host: 127.0.0.1\r\n"
_CREDENTIALS = b"Authorization: Basic bWFsbG9yeTpzZWNyZXQ=\r\n"  # mallory:secret
_HIDDEN = b"GET " + _PATH + b" HTTP/1.1\r\n" + _HOST + VICTIM + b"X-Request-ID: hidden\r\n\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n"
_LENGTH = b"Content-Length: %d\r\n" % len(_HIDDEN)
_CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(_HIDDEN), _HIDDEN)


def _get(
    *fields: bytes, line: bytes = b"GET /api/v1/tasks HTTP/1.1", credentials: bytes = _CREDENTIALS
) -> bytes:
    return (
        line
        + b"\r\n"
        + _HOST
        + credentials
        + b"X-Request-ID: outer\r\nAccept: */*\r\n"
        + b"".join(fields)
        + b"\r\n"
    )


def _post(*fields: bytes) -> bytes:
    return _get(b"Content-Type: application/json\r\n", *fields, line=b"POST /api/v1/tasks HTTP/1.1")


def _upgrade(protocol: bytes) -> bytes:
    return b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"


SPELLINGS = {
    "as it is": VICTIM,
    "in lower case": b"x-user-id: victim\r\n",
    "in upper case": b"X-USER-ID: victim\r\n",
    "twice": VICTIM * 2,
    "empty": b"X-User-ID:\r\n",
    "empty, then victim": b"X-User-ID:\r\n" + VICTIM,
    "a list": b"X-User-ID: mallory, victim\r\n",
    "with underscores": b"X_User_ID: victim\r\n",
    "with an underscore and a hyphen": b"X-User_ID: victim\r\nX_User-ID: victim\r\n",
    "listed in Connection": b"Connection: X-User-ID\r\n" + VICTIM,
    "listed in Connection without a header": b"Connection: keep-alive, X-User-ID\r\n",
    "listed in a lower-case Connection": b"connection: close, x-user-id\r\n" + VICTIM,
    "listed in Keep-Alive and TE": b"Connection: TE, X-User-ID\r\nTE: trailers\r\n" + VICTIM,
    "before a space": b"X-User-ID : victim\r\n",
    "before a tab": b"X-User-ID\t: victim\r\n",
    "after a space": b" X-User-ID: victim\r\n",
    "after a folded line": b"A: b\r\n X-User-ID: victim\r\n",
    "with a folded value": b"X-User-ID:\r\n victim\r\n",
    "after NUL": b"A: b\0\r\n" + VICTIM,
    "after LF": b"A: b\n" + VICTIM,
    "after CR": b"A: b\r" + VICTIM,
    "with NUL": b"X-User-ID\0: victim\r\n",
    "with a vertical tab": b"X-User-ID: \x0bvictim\r\n",
    "with a placeholder": b"X-User-ID: {http.auth.user.id}\r\nX-Forwarded-User: victim\r\n",
    "after 60 headers": b"".join(b"A%d: b\r\n" % n for n in range(60)) + VICTIM,
}
"""Headers of a request by `mallory`, each a way to write the owner."""

ATTACKS = {f"the header, {name}": [_get(fields)] for name, fields in SPELLINGS.items()} | {
    "in a trailer": [_post(_CHUNKED, b"Trailer: X-User-ID\r\n"), b"2\r\n{}\r\n0\r\n" + VICTIM + b"\r\n"],
    "in a trailer in one segment": [_post(_CHUNKED) + b"2\r\n{}\r\n0\r\n" + VICTIM + b"\r\n"],
    "without credentials": [_get(VICTIM, credentials=b"")],
    "with wrong credentials": [_get(VICTIM, credentials=b"Authorization: Basic dmljdGltOnNlY3JldA==\r\n")],
    "on the probe without credentials": [_get(VICTIM, line=b"GET /readyz HTTP/1.1", credentials=b"")],
    **{
        f"on the path {path.decode()} without credentials": [
            _get(VICTIM, line=b"GET " + path + b" HTTP/1.1", credentials=b"")
        ]
        for path in (
            b"/readyz/../api/v1/tasks",
            b"/api/v1/tasks/../../../readyz",
            b"/readyz%2f..%2fapi/v1/tasks",
            b"//readyz",
            b"/READYZ",
            b"/readyz;/api/v1/tasks",
            b"/readyz?/api/v1/tasks",
        )
    },
    "Upgrade without a body": [_get(_upgrade(b"anything")), _HIDDEN],
    "Upgrade, a body of its own": [_get(_upgrade(b"anything"), _LENGTH), _HIDDEN],
    "Upgrade in a POST, a body of its own": [_post(_upgrade(b"anything"), _LENGTH), _HIDDEN],
    "Upgrade, chunks of their own": [_post(_upgrade(b"anything"), _CHUNKED), _CHUNK],
    "Upgrade, a body byte by byte": [
        _post(_upgrade(b"websocket"), _LENGTH),
        *(_HIDDEN[at : at + 1] for at in range(len(_HIDDEN))),
    ],
    "a websocket handshake": [
        _get(
            _upgrade(b"websocket"),
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            _LENGTH,
        ),
        _HIDDEN,
    ],
    "h2c": [
        _get(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n", _LENGTH),
        _HIDDEN,
    ],
    "h2c in a POST": [_post(_upgrade(b"h2c"), _LENGTH), _HIDDEN],
    "a GET with a body": [_get(_LENGTH), _HIDDEN],
    "a GET with chunks": [_get(_CHUNKED), _CHUNK],
    "Expect": [_post(b"Expect: 100-continue\r\n", _LENGTH), _HIDDEN],
    "CL.TE": [_post(b"Content-Length: %d\r\n" % (5 + len(_HIDDEN)), _CHUNKED) + b"0\r\n\r\n", _HIDDEN],
    "TE.CL": [
        _post(_CHUNKED, b"Content-Length: 4\r\n"),
        b"%x\r\n" % len(_HIDDEN),
        _HIDDEN + b"\r\n0\r\n\r\n",
    ],
    **{
        f"TE.TE, {coding!r}": [
            _post(b"Content-Length: %d\r\n" % (5 + len(_HIDDEN)), b"Transfer-Encoding" + coding + b"\r\n"),
            b"0\r\n\r\n" + _HIDDEN,
        ]
        for coding in (
            b": xchunked",
            b" : chunked",
            b":\x0bchunked",
            b": chunked\0",
            b":\r\n chunked",
            b": identity",
            b": chunked, identity",
            b": gzip\r\nTransfer-Encoding: chunked",
            b':"chunked"',
        )
    },
    "Transfer_Encoding": [_post(_LENGTH, b"Transfer_Encoding: chunked\r\n"), b"0\r\n\r\n" + _HIDDEN],
    "two lengths": [_post(b"Content-Length: 2\r\n", _LENGTH), b"{}" + _HIDDEN],
    "a list of lengths": [_post(b"Content-Length: 2, 2\r\n"), b"{}" + _HIDDEN],
    "a length with a sign": [_post(b"Content-Length: +2\r\n"), b"{}" + _HIDDEN],
    "Content_Length": [_post(b"Content-Length: 2\r\nContent_Length: 9\r\n"), b"{}" + _HIDDEN],
    "a chunk size that overflows": [_post(_CHUNKED), b"10000000000000002\r\n{}\r\n0\r\n\r\n", _HIDDEN],
    "LF in a chunk extension": [_post(_CHUNKED), b"2;\n%x\r\n{}\r\n0\r\n\r\n" % 2, _HIDDEN],
    "CR in a chunk line": [_post(_CHUNKED), b"2\rX\n{}\r\n0\r\n\r\n", _HIDDEN],
    "chunk data that is too long": [_post(_CHUNKED), b"2\r\n{}XX0\r\n\r\n", _HIDDEN],
    "HTTP/1.0 with chunks": [
        _get(b"Connection: keep-alive\r\n", _CHUNKED, line=b"POST /api/v1/tasks HTTP/1.0"),
        b"0\r\n\r\n" + _HIDDEN,
    ],
    "another host in the target": [
        _get(VICTIM, line=b"GET http://other/api/v1/tasks HTTP/1.1", credentials=b"")
    ],
    "line breaks in the target": [_get(line=b"GET /api/v1/tasks%0d%0aX-User-ID:%20victim HTTP/1.1")],
    "a tab in the request line": [_get(line=b"GET /api/v1/tasks HTTP/1.1\tX-User-ID: victim")],
    "CONNECT": [_get(line=b"CONNECT 127.0.0.1:80 HTTP/1.1"), _HIDDEN],
    "the preface of HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _HIDDEN],
    "HTTP/0.9": [b"GET /api/v1/tasks\r\n" + VICTIM + b"\r\n"],
    "a request in a query": [_get(line=b"GET /api/v1/tasks?a=%20HTTP/1.1%0d%0aX-User-ID:victim HTTP/1.1")],
}
