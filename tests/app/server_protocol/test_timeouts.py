"""A connection whose client keeps the server waiting is closed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from app.limits import Limits
from routers import ResourceAPI
from tests.support.local_server import Client, LocalServer, assert_no_error, local_server

FAR = 600.0
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 1_000_000
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"

SLOW_HEAD = Limits(head_timeout=0.4, body_timeout=FAR, send_timeout=FAR, idle_timeout=FAR)
SLOW_BODY = Limits(head_timeout=FAR, body_timeout=0.4, send_timeout=FAR, idle_timeout=FAR)
NO_READING = Limits(head_timeout=FAR, body_timeout=FAR, send_timeout=0.4, idle_timeout=FAR)
IDLE = Limits(head_timeout=FAR, body_timeout=FAR, send_timeout=0.4, idle_timeout=0.4)


@pytest.fixture
async def server(request: pytest.FixtureRequest) -> AsyncIterator[LocalServer]:
    async with local_server(request.param) as server:
        yield server


def serving(limits: Limits) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("server", [limits], indirect=True, ids=[""])


@serving(SLOW_HEAD)
@pytest.mark.parametrize("start", [b"", b"\r\n", b"\r\n" * 100])
async def test_a_connection_without_a_request_is_closed_without_a_response(
    server: LocalServer, start: bytes
) -> None:
    client = await Client.connect(server.address)
    assert await client.rest(drip=start) == b""
    client.close()


@serving(SLOW_HEAD)
@pytest.mark.parametrize(
    "start", [b"G", b"GET /", GET[:-1], b"\r\nGET / HTTP/1.1\r\nA: b", b"POST / HTTP/1."]
)
async def test_a_head_that_does_not_end_gets_408_as_a_problem(server: LocalServer, start: bytes) -> None:
    client = await Client.connect(server.address)
    client.send(start)
    head, _, body = (await client.rest()).decode().partition("\r\n\r\n")
    client.close()
    status, *lines = head.lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert status == "http/1.1 408 request timeout"
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "private, no-store"
    assert json.loads(body)["instance"] == f"urn:request:{headers['x-request-id']}"
    assert server.events == []


@serving(SLOW_HEAD)
async def test_a_head_that_arrives_byte_by_byte_ends_in_time(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    assert await client.statuses(drip=GET) == [408]
    client.close()


@serving(SLOW_HEAD)
async def test_a_head_after_another_request_ends_in_time(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    client.send(GET)
    assert await client.status() == 200
    await asyncio.sleep(SLOW_HEAD.head_timeout * 2)  # an idle connection is not late
    client.send(GET[:10])
    assert await client.statuses() == [408]
    client.close()


@serving(SLOW_HEAD)
async def test_the_408_of_a_pipelined_head_follows_the_response_to_the_first_request(
    server: LocalServer,
) -> None:
    client = await Client.connect(server.address)
    client.send(HEAD + b"Content-Length: 5\r\n\r\nhello" + GET + GET[:10])
    assert await client.statuses() == [200, 200, 408]
    client.close()


@serving(SLOW_HEAD)
async def test_a_rejected_request_waits_for_the_response_to_a_slow_one(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    client.send(GET.replace(b"/", b"/slow", 1) + b"GET / HTTP/1.1\r\n: \r\n\r\n")
    assert await client.statuses() == [200, 400]
    client.close()


@serving(SLOW_HEAD)
async def test_heads_that_each_end_in_time_can_always_be_incomplete(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    for _ in range(10):
        client.send(GET[10:] + GET[:10] if server.events else GET + GET[:10])
        assert await client.status() == 200
        await asyncio.sleep(SLOW_HEAD.head_timeout / 4)
    client.close()


BODIES = {
    "Content-Length": HEAD + b"Content-Length: 1000\r\n\r\n",
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
    "Upgrade": HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1000\r\n\r\n",
    "trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
}


@serving(SLOW_BODY)
@pytest.mark.parametrize("start", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("body", [b"", b"A: " + b"x" * 200], ids=["silent", "slow"])
async def test_a_body_that_does_not_end_gets_408_and_the_application_a_disconnect(
    server: LocalServer, start: bytes, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    client = await Client.connect(server.address)
    client.send(start)
    assert await client.statuses(drip=body) == [408]
    client.close()
    assert server.events == ["disconnect"]
    assert_no_error(caplog)


@serving(SLOW_BODY)
async def test_a_client_that_waits_for_100_continue_and_sends_nothing_gets_408(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    client.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert await client.statuses() == [100, 408]
    client.close()


@serving(SLOW_BODY)
async def test_a_body_that_does_not_end_closes_a_response_that_has_started(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
    assert await client.statuses() == [200]
    client.close()
    assert server.events == ["disconnect"]


@serving(SLOW_BODY)
async def test_a_pipelined_body_that_does_not_end_gets_408_after_the_responses_to_earlier_requests(
    server: LocalServer,
) -> None:
    client = await Client.connect(server.address)
    client.send(GET + BODIES["Content-Length"])
    assert await client.statuses() == [200, 408]
    client.close()


@serving(SLOW_BODY)
async def test_the_time_for_a_pipelined_body_does_not_run_while_the_server_does_not_read(
    server: LocalServer,
) -> None:
    client = await Client.connect(server.address)
    client.send(GET.replace(b"/", b"/slow", 1) + HEAD + b"Content-Length: 5\r\n\r\n")
    assert await client.status() == 200
    client.send(b"hello")
    assert await client.status() == 200
    client.close()


@serving(IDLE)
async def test_an_idle_connection_is_closed_without_a_response(server: LocalServer) -> None:
    client = await Client.connect(server.address)
    for _ in range(4):
        client.send(GET)
        assert await client.status() == 200
        await asyncio.sleep(IDLE.idle_timeout / 2)
    assert await client.rest() == b""
    client.close()


@serving(NO_READING)
@pytest.mark.parametrize("request_", [b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % LARGE, GET * 30_000])
async def test_a_client_that_does_not_read_its_responses_is_disconnected(
    server: LocalServer, request_: bytes
) -> None:
    client = await Client.connect(server.address)
    client.send(request_)
    await server.has_connections(1)
    await server.has_connections(0)
    client.close()


def half_close(client: Client) -> None:
    client.writer.write_eof()


@pytest.mark.parametrize("limits", [SLOW_HEAD, SLOW_BODY, NO_READING, IDLE])
async def test_the_application_has_time_to_respond(limits: Limits) -> None:
    async with local_server(limits) as server:
        client = await Client.connect(server.address)
        for _ in range(2):
            client.send(GET.replace(b"/", b"/slow", 1))
            assert await client.status() == 200
        client.close()


@serving(IDLE)
@pytest.mark.parametrize("then", [lambda _client: None, half_close])
@pytest.mark.parametrize("field", [b"", b"Connection: close\r\n"])
async def test_an_idle_client_that_has_not_read_its_response_is_disconnected(
    server: LocalServer, then: Callable[[Client], None], field: bytes
) -> None:
    client = await Client.connect(server.address)
    client.send(b"GET /50000 HTTP/1.1\r\nHost: x\r\n%b\r\n" % field)
    await server.has_connections(1)
    then(client)
    await server.has_connections(0)
    client.close()


@pytest.mark.parametrize("path", [b"/api/v1/tasks", b"/nowhere", b"/livez"])
async def test_a_late_body_is_no_error_of_the_application(
    api: ResourceAPI, path: bytes, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with local_server(SLOW_BODY, api) as server:
        client = await Client.connect(server.address)
        client.send(b"POST %b HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\nContent-Length: 9\r\n\r\n" % path)
        assert set(await client.statuses()) <= {404, 405, 408}
        client.close()
    assert_no_error(caplog, capsys)
