"""The gateways of deploy/gateways, in front of the server."""

import asyncio
import contextlib
import json
import select
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.attacks import ATTACKS
from tests.support.gateways import ACCOUNT, GATEWAYS, gateway
from tests.support.processes import Served, serving

pytestmark = pytest.mark.slow

TASKS = "/api/v1/tasks"
SILENCE_SECONDS = 0.5
PROBES = {"/livez", "/readyz"}
CREDENTIALS = b"Authorization: Basic bWFsbG9yeTpzZWNyZXQ=\r\n"
MIN_REACHING = 10
"""The number of attacks that have to reach the application, without effect."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, task_url: str) -> Iterator[Served]:
    """Return a server that logs the owner of each request."""
    with serving(tmp_path_factory.mktemp("served")) as serve:
        yield serve(
            DATABASE_URL=task_url, TODO_LOG_FORMAT="json", TODO_OWNER_PROVIDER="tests.support.owners:logged"
        )


@pytest.fixture(scope="module", params=GATEWAYS)
def port(
    request: pytest.FixtureRequest, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Return the port of a gateway in front of the server."""
    application = httpx.URL(served.url).port
    assert application is not None
    with gateway(request.param, application, tmp_path_factory.mktemp(request.param)) as port:
        yield port


@pytest.fixture
def client(port: int) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=ACCOUNT) as client:
        yield client


def events(served: Served) -> list[dict[str, Any]]:
    """Return the events of the server's log."""
    return [json.loads(line) for line in served.output.read_text().splitlines() if line.startswith("{")]


def test_a_client_works_through_the_gateway_as_the_authenticated_owner(client: httpx.Client) -> None:
    created = client.post(TASKS, json={"title": "Buy milk"}, headers={"X-User-ID": "victim"})
    assert (created.status_code, created.headers["ETag"]) == (201, '"1"')
    task = created.headers["Location"]
    changed = client.patch(task, json={"completed": True}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert client.patch(task, json={"completed": True}, headers={"If-Match": '"1"'}).status_code == 412
    assert client.get(task, headers={"If-None-Match": '"2"'}).status_code == 304
    head = client.head(task)
    assert (head.status_code, head.headers["ETag"], head.content) == (200, '"2"', b"")
    chunks = iter([b'{"title":', b'"Water plants"}'])
    replaced = client.put(task, content=chunks, headers={"Content-Type": "application/json"})
    assert (replaced.status_code, replaced.json()["title"]) == (200, "Water plants")
    listed = client.get(TASKS, params={"q": "water", "limit": "1"})
    assert [row["title"] for row in listed.json()["items"]] == ["Water plants"]
    assert client.delete(task).status_code == 204
    assert client.get(task).status_code == 404


def test_a_body_over_the_limit_is_rejected(client: httpx.Client) -> None:
    for content in (b"x" * 2**20, iter([b"x" * 2**16] * 16)):
        response = client.post(TASKS, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 413


def test_a_client_without_credentials_reaches_the_probe_only(port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    assert httpx.get(f"{url}/readyz").status_code == 200
    assert httpx.get(f"{url}{TASKS}", headers={"X-User-ID": "victim"}).status_code == 401
    assert httpx.get(f"{url}/docs").status_code == 401


async def test_no_attack_changes_the_owner_or_hides_a_request(port: int, served: Served) -> None:
    before = len(events(served))
    places = asyncio.Semaphore(16)  # below the gateway's limit of connections
    await asyncio.gather(*(attack(port, number, places) for number in range(len(ATTACKS))))
    names = {f"outer-{number}": name for number, name in enumerate(ATTACKS)}
    seen = [event for event in events(served)[before:] if event.get("route") not in PROBES]
    counts = Counter(event["request_id"] for event in seen if event["event"] == "request")
    assert {id_: count for id_, count in counts.items() if id_ not in names or count > 1} == {}
    fields = {names[event["request_id"]]: event["fields"] for event in seen if event["event"] == "headers"}
    assert {name: each for name, each in fields.items() if each != [["x-user-id", ACCOUNT[0]]]} == {}
    assert len(fields) >= MIN_REACHING


async def attack(port: int, number: int, places: asyncio.Semaphore) -> None:
    """Send an attack in separate segments, and read until the gateway is silent."""
    async with places:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(TimeoutError, ConnectionError):
            for segment in list(ATTACKS.values())[number]:
                writer.write(segment.replace(b"-ID: outer", b"-ID: outer-%d" % number))
                await asyncio.sleep(0.02)
            while await asyncio.wait_for(reader.read(65536), SILENCE_SECONDS):
                pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


LIMITED = pytest.mark.parametrize("port", ["nginx", "haproxy"], indirect=True)
"""Caddy has no limits for each client."""


@LIMITED
def test_a_client_has_a_limited_number_of_connections(port: int) -> None:
    head = b"POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n" + CREDENTIALS
    with contextlib.ExitStack() as stack:
        address = ("127.0.0.1", port)
        connections = [stack.enter_context(socket.create_connection(address)) for _ in range(60)]
        for connection in connections:
            with contextlib.suppress(ConnectionError):  # it is closed already
                connection.sendall(head + b"\r\n")
        responding, _, _ = select.select(connections, [], [], 20)
        assert connections[0] not in responding
        with contextlib.suppress(ConnectionError):
            assert responding[0].recv(12) in {b"", b"HTTP/1.1 429"}


@LIMITED
def test_a_client_has_a_limited_rate_of_requests(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        statuses = [client.get(TASKS).status_code]
        while statuses[-1] == 401 and len(statuses) < 2000:
            statuses.append(client.get(TASKS).status_code)
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert len(statuses) > 50  # a page of a browser is no abuse
