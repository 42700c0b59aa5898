"""Timeouts: a statement that runs too long is cancelled, or its connection is cut at the socket."""

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

from routers.database.pool import CANCEL_GRACE, has_input

_TIMEOUT = "routers.timeout"


def driver_of(connection: AsyncConnection) -> DriverConnection[Any]:
    """Return the psycopg connection below a SQLAlchemy connection."""
    sync_connection: Any = connection.sync_connection
    driver: DriverConnection[Any] = sync_connection.connection.driver_connection
    return driver


def start_timeout(seconds: float) -> Callable[[Any, ConnectionPoolEntry], None]:
    """Return a "connect" listener that bounds the queries of SQLAlchemy on a new connection."""

    def start(connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_TIMEOUT] = Timeout(connection.driver_connection, seconds)

    return start


def stop_timeout(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Stop, as a "checkout" listener, what `start_timeout` started."""
    if timeout := entry.info.pop(_TIMEOUT, None):
        timeout.stop()


def replace_closed(connection: Any, _entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Have, as a "checkout" listener, a connection replaced that the server has closed."""
    if has_input(connection.driver_connection):
        raise DisconnectionError("the server has closed this connection")


class Timeout:
    """A block in which no wait for the server takes longer than `seconds` plus `CANCEL_GRACE`.

    Cancelling the coroutine would not help: the driver would wait for a server that may be frozen. So the
    statement is cancelled by a request to the server and, if that fails, the socket is shut down, which
    always ends the wait.
    """

    def __init__(self, driver: DriverConnection[Any], seconds: float) -> None:
        """Start the timer, which `stop` or the end of the block stops."""
        self._driver = driver
        self._loop = asyncio.get_running_loop()
        self._cancellation: asyncio.Future[None] | None = None
        self._timer = self._loop.call_later(seconds, self._cancel)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the timer."""
        self._timer.cancel()
        if self._cancellation is not None and not self._cancellation.done():
            self._shut_down()  # a cancellation still on its way would hit the next statement

    def _cancel(self) -> None:
        self._cancellation = asyncio.ensure_future(self._driver.cancel_safe(timeout=CANCEL_GRACE))
        self._cancellation.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._timer = self._loop.call_later(CANCEL_GRACE, self._shut_down)

    def _shut_down(self) -> None:
        with contextlib.suppress(OSError, DriverError):
            connection = socket.socket(fileno=self._driver.fileno())
            try:
                connection.shutdown(socket.SHUT_RDWR)
            finally:
                connection.detach()
