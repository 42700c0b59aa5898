"""A client that pipelines requests may hang up at any time."""

import asyncio
import signal
import socket
import time

import httpx

from app.limits import Limits
from tests.support.local_server import Client, local_server
from tests.support.processes import Serve

HEAD = b"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\nContent-Type: application/json\r\n"
BODY = b'{"title":"x"}'
POST = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
GET = b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nX-User-ID: ann\r\n\r\n"


def test_a_client_that_pipelines_and_hangs_up_causes_no_traceback(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    url = httpx.URL(served.url)
    for turn in range(20):
        with socket.create_connection((url.host, url.port or 0)) as client:
            client.sendall((POST + GET) * 20 + (b"", GET[:-1], POST[:-1])[turn % 3])
            time.sleep(0.002 * turn)
    assert served.stop(signal.SIGTERM) == 0
    output = served.output.read_text()
    assert "status=201" in output
    assert "Traceback" not in output


async def test_the_application_sees_that_the_client_has_hung_up_after_pipelining() -> None:
    async with local_server(Limits()) as server:
        client = await Client.connect(server.address)
        client.send(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        await server.has_connections(1)
        await asyncio.sleep(0.1)
        client.writer.transport.abort()
        await server.has_connections(0)
        await asyncio.sleep(0.1)
        assert server.events == ["disconnect"]
