"""A proxy in front of PostgreSQL that counts round trips and records statements."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"


@dataclass
class Wire:
    """The recorded traffic from the client to the server, and a switch that stops it.

    Attributes:
        url: The URL of the proxy.
        connections: The number of connections that clients have opened.
        trips: The number of round trips: of messages (`Sync` or `Query`) after which the client waits.
        statements: The texts of the statements.
        frozen: While set, the proxy forwards nothing in either direction and closes no connection.
        freeze_after: The number of round trips after which the proxy freezes by itself; None for never.
    """

    url: str
    connections: int = 0
    trips: int = 0
    statements: list[str] = field(default_factory=list)
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    freeze_after: int | None = None

    def reset(self) -> None:
        self.trips = 0
        self.statements.clear()

    def record(self, kind: bytes, message: bytes) -> None:
        if kind in b"SQ":
            self.trips += 1
            if self.freeze_after is not None:
                self.freeze_after -= 1
                if self.freeze_after < 0:
                    self.frozen.set()
        if kind == b"Q":
            self.statements.append(message.rstrip(b"\0").decode())
        if kind == b"P":  # the name of the statement, its text
            self.statements.append(message.split(b"\0")[1].decode())


@contextlib.asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """Start a proxy on a Unix socket in front of the server at `url`."""
    (server_directory,) = parse_qs(urlsplit(url).query)["host"]
    tasks: set[asyncio.Task[None]] = set()
    with tempfile.TemporaryDirectory(prefix="todo-wire-") as directory:
        wire = Wire(f"postgresql://postgres@{urlsplit(url).path}?host={quote(directory, safe='')}")

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire.connections += 1
            upstream = await asyncio.open_unix_connection(str(Path(server_directory, SOCKET)))
            for task in (
                asyncio.create_task(_forward_requests(wire, reader, upstream[1])),
                asyncio.create_task(_forward_responses(wire, upstream[0], writer)),
            ):
                tasks.add(task)

        server = await asyncio.start_unix_server(serve, Path(directory, SOCKET))
        try:
            yield wire
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _forward_requests(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        size = await reader.readexactly(4)  # only the start-up message has no kind
        message = await reader.readexactly(int.from_bytes(size) - 4)
        await _wait_until_thawed(wire)
        writer.write(size + message)
        while True:
            kind, size = await reader.readexactly(1), await reader.readexactly(4)
            message = await reader.readexactly(int.from_bytes(size) - 4)
            wire.record(kind, message)
            await _wait_until_thawed(wire)
            writer.write(kind + size + message)


async def _forward_responses(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            await _wait_until_thawed(wire)
            writer.write(data)


async def _wait_until_thawed(wire: Wire) -> None:
    while wire.frozen.is_set():  # noqa: ASYNC110 # asyncio has no wait for the end of an event
        await asyncio.sleep(0.01)
