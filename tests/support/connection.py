"""A connection in memory to the server's protocol, for requests in any segmentation."""

import asyncio
import re
from typing import Any, NamedTuple

import uvicorn
from uvicorn.server import ServerState

from app.server_protocol.protocol import StrictProtocol

MAX_WAITS = 10
"""How often the application can yield without writing anything before it counts as waiting for data."""


class Seen(NamedTuple):
    """A request as the application sees it."""

    method: str
    path: str
    body: bytes
    owner: bytes | None


class MemoryTransport(asyncio.Transport):
    """Collect what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False
        self.paused = False

    def write(self, data: Any) -> None:
        if not self.closed:
            self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def can_write_eof(self) -> bool:
        return False

    def abort(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Connection:
    """A client's connection to an application that notes each request and responds with 200.

    With `reads_bodies=False` it responds without reading the body; with `late=True`, when all data are sent.
    """

    def __init__(self, *, reads_bodies: bool = True, late: bool = False) -> None:
        self.reads_bodies = reads_bodies
        self.late = late
        self.sent = asyncio.Event()
        self.seen: list[Seen] = []
        self.transport = MemoryTransport()
        config = uvicorn.Config(self._application, http=StrictProtocol, interface="asgi3", log_config=None)
        config.proxy_headers = False  # the application as it is, without uvicorn's middleware around it
        self.protocol = StrictProtocol(config, ServerState(), {})
        self.protocol.connection_made(self.transport)

    async def send(self, *segments: bytes) -> None:
        """Deliver segments one after the other, then let the application finish.

        Each segment comes alone: the application works between two of them.
        """
        for segment in segments:
            if self.transport.closed:
                break
            self.protocol.data_received(segment)
            await asyncio.sleep(0)
        self.sent.set()
        waits = 0  # for data that do not come
        while self.protocol.tasks and waits < MAX_WAITS:
            written = len(self.transport.written)
            await asyncio.sleep(0)
            waits = waits + 1 if len(self.transport.written) == written else 0

    def hang_up(self) -> None:
        """Lose the connection, as when the client has gone."""
        self.transport.closed = True
        self.protocol.connection_lost(None)

    @property
    def closed(self) -> bool:
        """Whether the server has closed its side."""
        return self.protocol.transport.is_closing()

    @property
    def statuses(self) -> list[int]:
        """The statuses of all responses, in order."""
        return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", self.transport.written)]

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", self.reads_bodies
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        owner = dict(scope["headers"]).get(b"x-user-id")
        self.seen.append(Seen(scope["method"], scope["path"], body, owner))
        if self.late:
            await self.sent.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
