"""A TCP proxy in front of PostgreSQL that delays, holds, drops, changes or cuts what it forwards.

    with fault_proxy(server_url) as proxy:
        ...  # connect to proxy.url
        proxy.hold()
        ...  # nothing arrives any more
        proxy.heal()

The proxy runs in a thread of its own, for tests with and without an event loop.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from anyio.from_thread import BlockingPortal, start_blocking_portal

Change = Callable[[bytes], bytes]


@dataclass(eq=False)
class _Link:
    """One connection of a client, with the proxy's connection to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    dropped: bool = False

    def close(self) -> None:
        for writer in filter(None, (self.client, self.server)):
            writer.close()


@dataclass
class FaultProxy:
    """A proxy to one server. Faults stay until `heal`, and affect open and new connections.

    Attributes:
        url: The URL of the server, through the proxy.
        connections: The number of connections that the proxy has accepted.
        delay: Seconds before each part of a request or a response.
    """

    portal: BlockingPortal
    target: str
    url: str = ""
    connections: int = 0
    delay: float = 0.0
    _change: Change | None = None
    _cuts: bool = False
    _refuses: bool = False
    _drops: bool = False
    _open: dict[str, asyncio.Event] = field(default_factory=dict)
    _links: set[_Link] = field(default_factory=set)

    async def wait_until_unused(self) -> None:
        """Wait until all connections have ended."""
        async with asyncio.timeout(20):
            while self._links:  # noqa: ASYNC110 # they end in another thread
                await asyncio.sleep(0.01)

    def heal(self) -> None:
        """End every fault; what `hold` has held is delivered, what `drop` has dropped is lost."""
        self.delay, self._change, self._cuts, self._refuses, self._drops = 0.0, None, False, False, False
        for gate in self._open.values():
            self.portal.call(gate.set)

    def hold(self, *, requests: bool = True, responses: bool = True) -> None:
        """Keep the bytes of either direction, or of both, until `heal`, as a frozen pooler does."""
        for name, held in (("requests", requests), ("responses", responses)):
            if held:
                self.portal.call(self._open[name].clear)

    def drop(self) -> None:
        """Drop all bytes, as a host that has gone does. Connections of this time stay silent for ever."""
        self._drops = True
        for link in self._links:
            link.dropped = True

    def refuse(self) -> None:
        """Close new connections at once, as a host without a server does."""
        self._refuses = True

    def cut(self) -> None:
        """Close the open connections, once."""
        for link in tuple(self._links):
            self.portal.call(link.close)

    def change_responses(self, change: Change, *, cut: bool = False) -> None:
        """Change what the server sends, in parts as they arrive; with `cut`, close after the first part.

        `lambda part: part[:9]` with `cut` ends a connection in the middle of a message.
        """
        self._cuts = cut
        self._change = change

    def point_to(self, url: str) -> None:
        """Forward new connections to another server."""
        self.target = url

    async def listen(self) -> asyncio.Server:
        """Listen on a free port."""
        for name in ("requests", "responses"):
            self._open[name] = asyncio.Event()
            self._open[name].set()
        return await asyncio.start_server(self.accept, "127.0.0.1", 0)

    async def stop(self, server: asyncio.Server) -> None:
        """Stop listening, and close every connection."""
        server.close()
        async with asyncio.timeout(5):
            while self._links:
                for link in tuple(self._links):
                    link.close()
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)  # transports close in a later iteration of the loop

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until either side closes it."""
        self.connections += 1
        link = _Link(writer, dropped=self._drops)
        if self._refuses:
            writer.transport.abort()
            return
        self._links.add(link)
        with contextlib.suppress(OSError), contextlib.closing(link):
            server, link.server = await _connect(self.target)
            forwards = {
                asyncio.ensure_future(self._forward(link, "requests", reader, link.server)),
                asyncio.ensure_future(self._forward(link, "responses", server, writer)),
            }
            _, pending = await asyncio.wait(forwards, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
        self._links.discard(link)

    async def _forward(
        self, link: _Link, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while part := await reader.read(65536):
                await asyncio.sleep(self.delay)
                await self._open[name].wait()
                if link.dropped:
                    continue
                change = self._change if name == "responses" else None
                writer.write(change(part) if change else part)
                await writer.drain()
                if change and self._cuts:
                    return


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])[0]
    if host.startswith("/"):
        return await asyncio.open_unix_connection(Path(host, f".s.PGSQL.{parts.port or 5432}"))
    return await asyncio.open_connection(host, parts.port or 5432)


@contextlib.contextmanager
def fault_proxy(url: str) -> Iterator[FaultProxy]:
    """Start a proxy on 127.0.0.1 in front of the server at `url`, by default without a fault."""
    parts = urlsplit(url)
    with start_blocking_portal() as portal:
        proxy = FaultProxy(portal, url)

        server = portal.call(proxy.listen)
        account = parts.netloc.rpartition("@")[0] or "postgres"
        address = f"{account}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        proxy.url = urlunsplit(("postgresql", address, parts.path, "", ""))
        try:
            yield proxy
        finally:
            proxy.heal()
            portal.call(proxy.stop, server)
