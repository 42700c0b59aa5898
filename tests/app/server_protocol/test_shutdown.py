"""A server that stops waits for requests, but not for clients that keep it waiting."""

import asyncio

import pytest

from app.limits import Limits
from routers import ResourceAPI
from tests.support.local_server import Client, assert_no_error, local_server

HEAD = b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\nContent-Type: application/json\r\n"
BODY = b'{"title":"x"}'
POST = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
GET = b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "statuses"),
    [
        (b"", []),
        (GET[:-1], []),
        (HEAD + b"Content-Length: 100\r\n\r\n{", [408]),
        (HEAD + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n", [100, 408]),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", [408]),
        (POST + HEAD + b"Content-Length: 100\r\n\r\n{", [201, 408]),
    ],
)
async def test_a_request_that_is_incomplete_at_shutdown_is_cut_without_an_error(
    api: ResourceAPI,
    start: bytes,
    statuses: list[int],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with local_server(Limits(), api, grace_seconds=2) as server:
        client = await Client.connect(server.address)
        client.send(start)
        await asyncio.sleep(0.2)
        server.stop()
        assert await client.statuses() == statuses
        client.close()
    assert_no_error(caplog, capsys)


async def test_a_body_that_ends_after_the_start_of_the_shutdown_is_processed(api: ResourceAPI) -> None:
    async with local_server(Limits(), api, grace_seconds=4) as server:
        client = await Client.connect(server.address)
        client.send(POST[:-1])
        await asyncio.sleep(0.2)
        server.stop()
        await asyncio.sleep(0.5)
        client.send(POST[-1:])
        assert await client.statuses() == [201]
        client.close()


async def test_a_client_that_does_not_read_does_not_prevent_the_shutdown(
    api: ResourceAPI, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with local_server(Limits(), api, grace_seconds=2) as server:
        client = await Client.connect(server.address)
        client.send(GET.replace(b"/api/v1/tasks", b"/openapi.json") * 20)
        await asyncio.sleep(0.2)
    client.close()
    assert_no_error(caplog, capsys)
