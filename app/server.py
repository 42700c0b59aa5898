"""uvicorn's server, with a shutdown that no client notices."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.health import DRAINING
from app.limits import Limits
from app.listener import finish_accepting
from app.server_protocol.protocol import StrictProtocol
from app.settings import Settings

GRACEFUL_SECONDS = 10
"""Maximum time for open requests to finish, in seconds."""

POLL_SECONDS = 0.02
NEXT_REQUEST_POLLS = 25
"""How often to check, for half a second, whether open connections get a request; then they are closed."""

CLOSE = (b"connection", b"close")


def server_config(settings: Settings, limits: Limits) -> uvicorn.Config:
    """Return uvicorn's configuration."""
    return uvicorn.Config(
        "app.main:create_app",
        factory=True,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        http=cast("Any", partial(StrictProtocol, limits=limits)),
        h11_max_incomplete_event_size=settings.max_head_bytes,  # StrictProtocol uses it, too
    )


class Server(uvicorn.Server):
    """A server that shuts down in steps: drain, stop accepting, finish the requests.

    While it drains, it serves requests and closes each connection after its response; `/readyz` says 503.
    """

    _draining = False

    def drain(self) -> None:
        """Keep serving, but close each connection after its response."""
        if self._draining:
            return
        self._draining = True
        self.lifespan.state[DRAINING] = True
        self.config.encoded_headers.append(CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpToolsProtocol) and connection.cycle is not None:
                connection.cycle.keep_alive = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, respond to the requests that are open or about to arrive, then stop."""
        self.drain()
        await self.stop_accepting(sockets or [])
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for _ in range(NEXT_REQUEST_POLLS):
            await asyncio.sleep(POLL_SECONDS)  # at least once: a new connection registers itself meanwhile
            if not self.server_state.connections or self.force_exit:
                break
        await super().shutdown(sockets)

    async def stop_accepting(self, sockets: list[socket.socket]) -> None:
        """Prepare for closing the listening sockets."""


class SingleServer(Server):
    """A server without a supervisor: it waits itself for the load balancers to notice that it drains."""

    def __init__(self, config: uvicorn.Config, delay: float) -> None:
        """Create a server that drains for `delay` seconds, or until the second signal."""
        super().__init__(config)
        self._delay = delay
        self._skip_delay = False
        self._delay_is_over = False

    async def stop_accepting(self, sockets: list[socket.socket]) -> None:
        """Drain for a while, then let no new connections arrive."""
        deadline, counter = time.monotonic() + self._delay, 0
        while not self._skip_delay and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            counter += 1
            await self.on_tick(counter)
        self._delay_is_over = True
        for each in sockets:
            await finish_accepting(each)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down at the first signal; the second one ends the delay or, if it is over, uvicorn's wait."""
        if self.should_exit and not self._delay_is_over:
            self._skip_delay = True
        else:
            super().handle_exit(sig, frame)


class Worker(Server):
    """A server in a worker process, which its supervisor tells when to drain and when to stop."""

    def __init__(
        self, config: uvicorn.Config, is_draining: Callable[[], bool], on_started: Callable[[], None]
    ) -> None:
        """Create a server that drains as soon as `is_draining` returns true."""
        super().__init__(config)
        self._is_draining = is_draining
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and report it."""
        await super().startup(sockets)
        self._on_started()

    async def on_tick(self, counter: int) -> bool:
        """Start to drain if told so; called ten times a second."""
        if self._is_draining():
            self.drain()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down at SIGTERM; SIGINT, which a terminal sends to all processes, only ends the wait."""
        if sig == signal.SIGTERM or self.should_exit:
            super().handle_exit(sig, frame)
