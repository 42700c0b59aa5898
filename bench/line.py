"""A line to PostgreSQL that counts what passes, and that can be as long as one to another city."""

import asyncio
import contextlib
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"


class Line:
    """Counts and delays what passes between a client and the server.

    Attributes:
        url: Where to connect.
        trips: How often the client handed over to the server (`Sync` or `Query`) and had to wait.
        statements: How many it had executed (`Execute` or `Query`).
        one_way: Seconds that each byte travels.
    """

    def __init__(self, url: str, directory: str) -> None:
        (server_directory,) = parse_qs(urlsplit(url).query)["host"]
        self._server = str(Path(server_directory, SOCKET))
        self.url = f"postgresql://postgres@{urlsplit(url).path}?host={quote(directory, safe='')}"
        self.trips = self.statements = 0
        self.one_way = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._server)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await asyncio.gather(
                self._requests(reader, upstream_writer), self._answers(upstream_reader, writer)
            )

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            size = await reader.readexactly(4)  # the start-up message alone has no kind
            carry = self._carrier(writer)
            carry(size + await reader.readexactly(int.from_bytes(size) - 4))
            while True:
                kind, size = await reader.readexactly(1), await reader.readexactly(4)
                message = await reader.readexactly(int.from_bytes(size) - 4)
                self.trips += kind in b"SQ"
                self.statements += kind in b"EQ"
                carry(kind + size + message)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            carry = self._carrier(writer)
            while answer := await reader.read(65536):
                carry(answer)

    def _carrier(self, writer: asyncio.StreamWriter) -> "Carry":
        return Carry(self, writer)


class Carry:
    """What delivers bytes in their order, each after its time."""

    def __init__(self, line: Line, writer: asyncio.StreamWriter) -> None:
        self._line, self._writer = line, writer
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[bytes] = deque()

    def __call__(self, message: bytes) -> None:
        """Send these bytes on their way."""
        self._under_way.append(message)
        if self._line.one_way:
            self._loop.call_later(self._line.one_way, self._arrive)
        else:
            self._arrive()

    def _arrive(self) -> None:
        if not self._writer.is_closing():
            self._writer.write(self._under_way.popleft())


@contextlib.contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Lay a line to the server at `url`; it works in a thread of its own."""
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory(prefix="bench-line-") as directory:
        line = Line(url, directory)
        loop.run_until_complete(asyncio.start_unix_server(line.serve, Path(directory, SOCKET)))
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
