"""A server in this process, for requests on sockets."""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast

import pytest
import uvicorn

from app.limits import Limits
from app.server_protocol.protocol import StrictProtocol

SMALL_BUFFER = 4096

Address = tuple[str, int]


class LocalServer:
    """A server with an application.

    Attributes:
        events: What the application of this module has noted.
    """

    def __init__(self, application: Any, limits: Limits, grace_seconds: int) -> None:
        config = uvicorn.Config(
            application or self._application,
            http=cast("Any", partial(StrictProtocol, limits=limits)),
            interface="asgi3",
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=grace_seconds,
        )
        self.server = uvicorn.Server(config)
        self.address: Address = ("", 0)
        self.events: list[str] = []

    async def has_connections(self, count: int) -> None:
        """Wait until the server has this number of connections."""
        async with asyncio.timeout(10):
            while len(self.server.server_state.connections) != count:  # noqa: ASYNC110 # uvicorn has no event for it
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        """Start the shutdown."""
        self.server.should_exit = True

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, and respond with as many bytes as the path says.

        With `/early`, the response starts before; with `/slow`, it takes 0.6 seconds. `/wait` waits for the
        end of the connection.
        """
        path = scope["path"].strip("/")
        size = int(path) if path.isdecimal() else 0
        start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"%d" % size)],
        }
        if path == "early":
            await send(start)
        if path == "slow":
            await asyncio.sleep(0.6)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.events.append("disconnect")
                return
            more = message["more_body"]
        if path == "wait":
            await receive()
            self.events.append("disconnect")
            return
        self.events.append("request")
        if path != "early":
            await send(start)
        await send({"type": "http.response.body", "body": b"x" * size})


@contextlib.asynccontextmanager
async def local_server(
    limits: Limits, application: Any = None, *, grace_seconds: int = 10
) -> AsyncIterator[LocalServer]:
    """Serve an application, by default that of this module, with small send buffers."""
    local = LocalServer(application, limits, grace_seconds)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)  # connections inherit it
        local.address = listener.getsockname()
        serving = asyncio.create_task(local.server.serve(sockets=[listener]))
        try:
            yield local
        finally:
            local.stop()
            await serving


class Client:
    """A connection to a server, with a small receive buffer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, address: Address) -> "Client":
        """Connect to a server."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        client.settimeout(0)
        await asyncio.get_running_loop().sock_connect(client, address)
        return cls(*await asyncio.open_connection(sock=client, limit=SMALL_BUFFER))

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)

    async def status(self) -> int:
        """Read a response without a body, and return its status."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        return int(head.split()[1])

    async def rest(self, drip: bytes = b"") -> bytes:
        """Read until the server closes the connection, while sending bytes one by one."""
        dripping = asyncio.create_task(self._drip(drip))
        try:
            return await asyncio.wait_for(self.reader.read(), 10)
        finally:
            dripping.cancel()

    async def _drip(self, data: bytes) -> None:
        for byte in data:
            self.send(bytes([byte]))
            await asyncio.sleep(0.05)

    async def statuses(self, drip: bytes = b"") -> list[int]:
        """Read until the server closes the connection, and return the statuses of all responses."""
        return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", await self.rest(drip))]

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()


def assert_no_error(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str] | None = None
) -> None:
    """Check that no log contains an error, nor a 500."""
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
    output = "".join(capsys.readouterr()) if capsys else ""
    assert "Traceback" not in output
    assert "status=500" not in output
