"""A proxy in front of PostgreSQL that reads along: what a request really costs, counted on the wire."""

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
    """What went from the client to the server.

    Attributes:
        url: Where to connect to be read.
        trips: How often the client handed over to the server (`Sync` or `Query`) and had to wait.
        statements: The texts of the statements.
        frozen: While set, nothing passes in either direction, and nobody hangs up.
        freeze_after: After how many more trips it freezes by itself.
    """

    url: str
    trips: int = 0
    statements: list[str] = field(default_factory=list)
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    freeze_after: int | None = None

    def reset(self) -> None:
        self.trips = 0
        self.statements.clear()

    def read(self, kind: bytes, message: bytes) -> None:
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
    """Listen on a socket of our own in front of the server at `url`."""
    (server_directory,) = parse_qs(urlsplit(url).query)["host"]
    tasks: set[asyncio.Task[None]] = set()
    with tempfile.TemporaryDirectory(prefix="todo-wire-") as directory:
        wire = Wire(f"postgresql://postgres@{urlsplit(url).path}?host={quote(directory, safe='')}")

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            upstream = await asyncio.open_unix_connection(str(Path(server_directory, SOCKET)))
            for task in (
                asyncio.create_task(_requests(wire, reader, upstream[1])),
                asyncio.create_task(_answers(wire, upstream[0], writer)),
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


async def _requests(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        size = await reader.readexactly(4)  # the start-up message alone has no kind
        writer.write(size + await reader.readexactly(int.from_bytes(size) - 4))
        while True:
            kind, size = await reader.readexactly(1), await reader.readexactly(4)
            message = await reader.readexactly(int.from_bytes(size) - 4)
            wire.read(kind, message)
            await _thaw(wire)
            writer.write(kind + size + message)


async def _answers(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        while answer := await reader.read(65536):
            await _thaw(wire)
            writer.write(answer)


async def _thaw(wire: Wire) -> None:
    while wire.frozen.is_set():  # noqa: ASYNC110 # waits for the opposite of an event
        await asyncio.sleep(0.01)
