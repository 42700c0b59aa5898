"""Requests that no client library sends, on a socket."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from app.server_protocol.lingering import LINGER_SECONDS
from app.server_protocol.protocol import StrictProtocol
from routers import ResourceAPI

BODY = b'{"title":"x"}'
LAST = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

Address = tuple[str, int]


@pytest.fixture
async def address(api: ResourceAPI) -> AsyncIterator[Address]:
    """Where a real server listens."""
    config = uvicorn.Config(api, http=StrictProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()
        server.should_exit = True
        await serving


async def exchange(address: Address, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read the response until the server hangs up."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    response = await reader.read()
    writer.close()
    head, _, body = response.partition(b"\r\n\r\n")
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


async def test_trailers_are_not_headers(address: Address) -> None:
    assert (await exchange(address, post(b"X-User-ID: ann")))[0] == 201
    assert (await exchange(address, post(trailers=b"X-User-ID: mallory\r\n")))[0] == 401
    assert (await exchange(address, post(b"X-User-ID: ann", trailers=b"X-User-ID: mallory\r\n")))[0] == 201


async def test_space_around_a_header_value_is_ignored(address: Address) -> None:
    status, headers, _ = await exchange(address, post(b"X-User-ID: ann", b"X-Request-ID: \t abc "))
    assert (status, headers["x-request-id"]) == (201, "abc")


@pytest.mark.parametrize(
    "request_line",
    [
        b"get /api/v1/tasks HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET /api/v1/tasks HTTP/x",
        b"GET /api/v1/tasks HTTP/2.0",
        b"CONNECT x:80 HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"\0",
    ],
)
async def test_invalid_http_is_rejected_with_a_problem(address: Address, request_line: bytes) -> None:
    status, headers, body = await exchange(address, request_line + b"\r\nHost: x\r\n\r\n")
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "private, no-store"
    problem = json.loads(body)
    assert problem["status"] == 400
    assert problem["instance"] == f"urn:request:{headers['x-request-id']}"


TASK = b"/api/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057"
SMUGGLED = b"DELETE %b HTTP/1.1\r\nHost: x\r\nX-User-ID: mallory\r\n\r\n" % TASK


@pytest.mark.parametrize("upgrade", [b"anything", b"h2c", b"websocket"])
@pytest.mark.parametrize(
    "framing", [b"Content-Length: %d\r\n" % len(SMUGGLED), b"Transfer-Encoding: chunked\r\n"]
)
async def test_a_body_after_the_head_of_an_upgrading_request_is_not_processed_as_a_request(
    address: Address, upgrade: bytes, framing: bytes
) -> None:
    head = (
        b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\nConnection: Upgrade\r\nUpgrade: %b\r\n"
        % upgrade
    )
    body = SMUGGLED if b"Length" in framing else b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    reader, writer = await asyncio.open_connection(*address)
    for segment in (head + framing + b"\r\n", body, LAST):
        writer.write(segment)
        await asyncio.sleep(0.05)
    responses = await reader.read()
    writer.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", responses) == [b"415", b"200"]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 200_000,
        b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200_000,
        b"GET /" + b"x" * 200_000,
        post(b"X-User-ID: ann", trailers=b"A: " + b"x" * 200_000),
    ],
    ids=["value", "headers", "URL", "trailers"],
)
async def test_a_head_over_the_limit_is_rejected_with_a_problem(address: Address, request_: bytes) -> None:
    status, headers, body = await exchange(address, request_)
    assert (status, headers["connection"]) == (431, "close")
    assert json.loads(body)["title"] == "Request Header Fields Too Large"


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
@pytest.mark.parametrize("framing", [b"Content-Length: 3000000", b"Transfer-Encoding: chunked"])
async def test_a_client_that_sends_its_whole_body_first_receives_the_413(
    address: Address, framing: bytes, connection: bytes
) -> None:
    head = b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\nContent-Type: application/json\r\n"
    body = b"2dc6c0\r\n" * framing.startswith(b"T") + b"x" * 3_000_000

    def upload() -> bytes:
        with socket.create_connection(address) as client:
            client.sendall(head + b"Connection: " + connection + b"\r\n" + framing + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: client.recv(65536), b""))

    response = await asyncio.to_thread(upload)
    assert response.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in response.lower()
    assert response.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("path", [b"/api/v1/tasks", b"/nowhere"])
async def test_an_endless_body_is_cut_off(address: Address, path: bytes) -> None:
    _, writer = await asyncio.open_connection(*address)
    writer.write(b"POST %b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" % path)

    async def send_for_ever() -> None:
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(send_for_ever(), timeout=30)
    writer.close()


async def test_a_connection_stays_open_if_the_body_arrives_after_the_response(address: Address) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
    assert b" 404 " in await reader.readline()
    writer.write(b"hello")
    await asyncio.sleep(LINGER_SECONDS * 1.25)
    writer.write(LAST)
    assert b"HTTP/1.1 200 " in await reader.read()
    writer.close()
