"""An end to waiting for a database: a connection that outlives its deadline is cut off at the socket."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

from psycopg import AsyncConnection as DriverConnection
from psycopg import Error as DriverError
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry

from routers.database.pool import CANCEL_GRACE, has_news

_WATCH = "routers.watch"


def driver_of(connection: AsyncConnection) -> DriverConnection[Any]:
    """The driver's own connection."""
    sync_connection: Any = connection.sync_connection
    driver: DriverConnection[Any] = sync_connection.connection.driver_connection
    return driver


def watch_new(seconds: float) -> Callable[[Any, ConnectionPoolEntry], None]:
    """A listener to "connect" that watches what is asked of the server on a new connection."""

    def start(connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_WATCH] = Watch(connection.driver_connection, seconds)

    return start


def unwatch_new(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """A listener to "checkout" that ends what `watch_new` began."""
    if watching := entry.info.pop(_WATCH, None):
        watching.stop()


def refuse_dead(connection: Any, _entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """A listener to "checkout" that has a connection replaced on which the server has said goodbye."""
    if has_news(connection.driver_connection):
        raise DisconnectionError("the server has closed this connection")


class Watch:
    """A block in which nothing waits longer for the server than this, plus `CANCEL_GRACE`.

    A cancelled coroutine would make the driver wait for a server that may be frozen. Ending the wait from
    the other side, at the socket, always comes through. So at the deadline the statement is cancelled or,
    failing that, the connection cut off.
    """

    def __init__(self, driver: DriverConnection[Any], seconds: float) -> None:
        """Begin to watch, until `stop` or the end of the block."""
        self._driver = driver
        self._loop = asyncio.get_running_loop()
        self._asked: asyncio.Future[None] | None = None
        self._timer = self._loop.call_later(seconds, self._ask)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        if self._asked is not None and not self._asked.done():
            self._hang_up()  # a cancellation that is still on its way would hit the next statement

    def _ask(self) -> None:
        self._asked = asyncio.ensure_future(self._driver.cancel_safe(timeout=CANCEL_GRACE))
        self._asked.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        self._timer = self._loop.call_later(CANCEL_GRACE, self._hang_up)

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError, DriverError):
            line = socket.socket(fileno=self._driver.fileno())
            try:
                line.shutdown(socket.SHUT_RDWR)
            finally:
                line.detach()
