"""Requests that no client library would send, on a socket of our own."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.app.conftest import Serve

BODY = b'{"title":"x"}'


@pytest.fixture
def address(serve: Serve, task_url: str) -> tuple[str, int]:
    served = serve(DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    parts = urlsplit(served.url)
    return str(parts.hostname), int(parts.port or 0)


def exchange(address: tuple[str, int], request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read the answer until the server hangs up."""
    with socket.create_connection(address, 10) as line:
        line.sendall(request)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, body


def post(*headers: bytes, trailers: bytes = b"") -> bytes:
    lines = (
        b"POST /api/v1/tasks HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
        *headers,
        b"",
        b"%x" % len(BODY),
        BODY,
        b"0",
        trailers,
    )
    return b"\r\n".join(lines) + b"\r\n"


def test_a_trailer_is_no_header(address: tuple[str, int]) -> None:
    assert exchange(address, post(b"X-User-ID: alice"))[0] == 201
    assert exchange(address, post(trailers=b"X-User-ID: mallory\r\n"))[0] == 401
    assert exchange(address, post(b"X-User-ID: alice", trailers=b"X-User-ID: mallory\r\n"))[0] == 201


def test_space_around_a_header_is_no_part_of_it(address: tuple[str, int]) -> None:
    status, headers, _ = exchange(address, post(b"X-User-ID: \t alice \t", b"X-Request-ID: abc "))
    assert (status, headers["x-request-id"]) == (201, "abc")


@pytest.mark.parametrize(
    "request_line",
    [b"get /api/v1/tasks HTTP/1.1", b"GET /api/v1/\xff HTTP/1.1", b"GET /livez HTTP/x", b"\0"],
)
def test_what_is_no_http_is_refused_with_a_problem(address: tuple[str, int], request_line: bytes) -> None:
    status, headers, body = exchange(address, request_line + b"\r\nHost: x\r\n\r\n")
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "private, no-store"
    problem = json.loads(body)
    assert problem["status"] == 400
    assert problem["instance"] == f"urn:request:{headers['x-request-id']}"
