"""Requests that no client library would send, on a socket of our own."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from app.server_protocol import StrictProtocol
from routers import ResourceAPI

BODY = b'{"name":"x"}'

Address = tuple[str, int]


@pytest.fixture
async def address(api: ResourceAPI, empty: None) -> AsyncIterator[Address]:
    """Where a real server listens."""
    config = uvicorn.Config(api, http=StrictProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()
        server.should_exit = True
        await serving


async def exchange(address: Address, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read the answer until the server hangs up."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, body


def post(*headers: bytes, trailers: bytes = b"") -> bytes:
    lines = (
        b"POST /gadgets HTTP/1.1",
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


async def test_a_trailer_is_no_header(address: Address) -> None:
    assert (await exchange(address, post(b"Owner: ann")))[0] == 201
    assert (await exchange(address, post(trailers=b"Owner: mallory\r\n")))[0] == 401
    assert (await exchange(address, post(b"Owner: ann", trailers=b"Owner: mallory\r\n")))[0] == 201


async def test_space_around_a_header_is_no_part_of_it(address: Address) -> None:
    status, headers, _ = await exchange(address, post(b"Owner: ann", b"X-Request-ID: \t abc "))
    assert (status, headers["x-request-id"]) == (201, "abc")


@pytest.mark.parametrize(
    "request_line",
    [b"get /gadgets HTTP/1.1", b"GET /\xff HTTP/1.1", b"GET /gadgets HTTP/x", b"\0"],
)
async def test_what_is_no_http_is_refused_with_a_problem(address: Address, request_line: bytes) -> None:
    status, headers, body = await exchange(address, request_line + b"\r\nHost: x\r\n\r\n")
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "private, no-store"
    problem = json.loads(body)
    assert problem["status"] == 400
    assert problem["instance"] == f"urn:request:{headers['x-request-id']}"
