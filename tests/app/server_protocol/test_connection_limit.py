"""A server with too many connections closes idle ones, or responds with 503."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from app.limits import Limits
from app.server_protocol.admission import SILENT_SECONDS
from tests.support.local_server import Client, LocalServer, local_server
from tests.support.processes import Serve, wait_until, with_open_files

LIMIT = 8
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
OPEN = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[LocalServer]:
    async with local_server(Limits(head_timeout=600, connections=LIMIT), grace_seconds=1) as server:
        yield server


async def connect(server: LocalServer, count: int, data: bytes) -> list[Client]:
    """Open connections one after the other, and send data on each."""
    clients = []
    for _ in range(count):
        client = await Client.connect(server.address)
        client.send(data)
        clients.append(client)
        if data == GET:
            assert await client.status() == 200
    await server.has_connections(LIMIT)
    return clients


def close(*clients: Client) -> None:
    for client in clients:
        client.close()


async def test_the_connections_that_are_idle_longest_make_room(server: LocalServer) -> None:
    idle = await connect(server, LIMIT, GET)
    idle[0].send(GET)
    assert await idle[0].status() == 200
    new = await connect(server, 2, GET)
    assert [await client.rest() for client in idle[1:3]] == [b"", b""]
    for client in (idle[0], *idle[3:], *new):
        client.send(LAST)
        assert await client.statuses() == [200]
    close(*idle, *new)


async def test_an_idle_connection_makes_room_even_if_its_client_does_not_read_the_response(
    server: LocalServer,
) -> None:
    idle = await connect(server, LIMIT, GET.replace(b"/", b"/50000", 1))
    await asyncio.sleep(0.2)
    new = await connect(server, 1, GET)
    close(*idle, *new)


async def test_without_an_idle_connection_a_new_one_gets_503_and_the_others_continue(
    server: LocalServer,
) -> None:
    busy = await connect(server, LIMIT, OPEN)
    turned_away = await Client.connect(server.address)
    turned_away.send(LAST)
    head, _, body = (await turned_away.rest()).decode().lower().partition("\r\n\r\n")
    assert head.startswith("http/1.1 503 service unavailable\r\n")
    assert {"retry-after: 1", "connection: close", "cache-control: private, no-store"} <= set(
        head.split("\r\n")
    )
    assert '"status":503' in body
    for client in busy:
        client.send(b"x" + LAST)
        assert await client.statuses() == [200, 200]
    close(*busy, turned_away)
    await server.has_connections(0)
    close(*await connect(server, LIMIT, GET))


async def test_connections_that_send_nothing_make_room_after_a_while(server: LocalServer) -> None:
    silent = await connect(server, LIMIT, b"")
    early = await Client.connect(server.address)
    early.send(LAST)
    assert await early.statuses() == [503]
    early.close()
    await asyncio.sleep(SILENT_SECONDS * 1.1)
    new = await connect(server, LIMIT // 2, GET)
    assert [await client.rest() for client in silent[: LIMIT // 2]] == [b""] * (LIMIT // 2)
    close(*silent, *new)


async def test_the_connections_that_get_503_are_limited_too(server: LocalServer) -> None:
    busy = await connect(server, LIMIT, OPEN)
    others = [await Client.connect(server.address) for _ in range(3 * LIMIT)]
    for client in others:
        client.send(LAST)
    rest = await asyncio.gather(*(client.rest() for client in others), return_exceptions=True)
    assert sum(isinstance(each, bytes) and b" 503 " in each for each in rest) == LIMIT // 4
    await server.has_connections(LIMIT)
    close(*busy, *others)


async def test_connections_that_clients_have_closed_make_no_room(server: LocalServer) -> None:
    close(*await connect(server, LIMIT, GET))
    await server.has_connections(0)
    busy = await connect(server, LIMIT, OPEN)
    new = await Client.connect(server.address)
    new.send(LAST)
    assert await new.statuses() == [503]
    close(*busy, new)


async def test_connections_that_have_got_503_take_no_place_of_others(server: LocalServer) -> None:
    busy = await connect(server, LIMIT, OPEN)
    turned_away = await Client.connect(server.address)
    turned_away.send(LAST)
    assert await turned_away.statuses() == [503]
    close(busy[0])
    await server.has_connections(LIMIT)
    new = await Client.connect(server.address)
    new.send(GET)
    assert await new.status() == 200
    close(*busy, turned_away, new)


async def test_a_connection_that_is_turned_away_and_sends_nothing_is_closed(server: LocalServer) -> None:
    busy = await connect(server, LIMIT, OPEN)
    silent = await Client.connect(server.address)
    assert await silent.rest() == b""
    await server.has_connections(LIMIT)
    close(*busy, silent)


def test_a_server_with_few_open_files_serves_others_beside_many_silent_connections(
    serve: Serve, task_url: str
) -> None:
    served = serve(with_open_files(64), DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    base = httpx.URL(served.url)
    silent = [socket.create_connection((base.host, base.port or 0)) for _ in range(100)]

    def is_live() -> bool:
        try:
            return httpx.get(base.join("/livez")).status_code == 200
        except httpx.TransportError:
            return False

    wait_until(lambda: all(is_live() for _ in range(5)), served.output.read_text, 5.0)
    for client in silent:
        client.close()
