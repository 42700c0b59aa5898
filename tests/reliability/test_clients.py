"""Clients that misbehave beside the others."""

import contextlib
import resource
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Services, api, netloc
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

GET = b"GET /api/v1/tasks HTTP/1.1\r\nHost: todo\r\nX-User-ID: carol\r\n\r\n"
POST = GET.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Type: application/json\r\n")
SLOW_CLIENTS = 100


@dataclass
class Site:
    """The address of a server, and the statuses that the clients of a fault have got."""

    address: tuple[str, int]
    statuses: list[bytes]

    @contextlib.contextmanager
    def connections(self, count: int) -> Iterator[list[socket.socket]]:
        with contextlib.ExitStack() as stack:
            yield [
                stack.enter_context(socket.create_connection(self.address, timeout=10)) for _ in range(count)
            ]


def connect_at_once(site: Site) -> None:
    with site.connections(1000) as connections:
        for connection in connections:
            connection.sendall(GET)
        site.statuses += [connection.recv(65536)[9:12] for connection in connections]


def send_slowly(request: bytes) -> Callable[[Site], None]:
    """Send one byte of a request at a time, on many connections."""

    def inject(site: Site) -> None:
        with site.connections(SLOW_CLIENTS) as connections:
            for place in range(15):
                for connection in connections:
                    connection.sendall(request[place : place + 1])
                time.sleep(0.2)

    return inject


def send_a_body_slowly(site: Site) -> None:
    with site.connections(SLOW_CLIENTS) as connections:
        for connection in connections:
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\n")
        for _ in range(15):
            for connection in connections:
                connection.sendall(b" ")
            time.sleep(0.2)


def read_nothing(site: Site) -> None:
    """Pipeline requests until the server stops reading, and leave the responses unread."""
    with site.connections(SLOW_CLIENTS) as connections:
        for connection in connections:
            connection.settimeout(0)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for connection in connections:
                with contextlib.suppress(BlockingIOError, ConnectionError):
                    connection.send(GET * 20)
            time.sleep(0.2)


@pytest.fixture
def _many_descriptors() -> Iterator[None]:
    """Allow this process and its children 4,096 open files, as far as the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip(f"only {hard} open files are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@faults(
    Fault("1,000 connections with a request each, at once", connect_at_once),
    Fault(f"{SLOW_CLIENTS} clients send a head slowly", send_slowly(GET), harmless=True, deep=True),
    Fault(f"{SLOW_CLIENTS} clients send a body slowly", send_a_body_slowly, harmless=True, deep=True),
    Fault(f"{SLOW_CLIENTS} clients send nothing", send_slowly(b""), harmless=True, deep=True),
    Fault(f"{SLOW_CLIENTS} clients read no responses", read_nothing, deep=True),
)
@pytest.mark.usefixtures("_many_descriptors")
async def test_other_clients_are_served_beside_bad_ones(
    fault: Fault, measure: Measure, services: Services, server_url: str
) -> None:
    service = services.todo(DATABASE_URL=migrated_database(server_url, f"faults-{uuid4()}"))
    host, _, port = netloc(service.probe).partition(":")
    site = Site((host, int(port)), [])
    tally = await measure(fault, site, [api(service)])
    assert set(site.statuses) <= {b"200", b"503"}
    tally.requests += len(site.statuses)
    tally.unavailable += site.statuses.count(b"503")
