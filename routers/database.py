"""The way to PostgreSQL: one statement in one round trip, or a transaction, each under a deadline."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, cast

from psycopg import AsyncConnection as DriverConnection
from psycopg import Error as DriverError
from sqlalchemy import Executable, RowMapping
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from routers.errors import Unavailable

CANCEL_GRACE = 1.0
"""Seconds between asking the server to cancel a statement and hanging up."""

_CLASSES_OF_UNAVAILABILITY = ("08", "40", "53", "57")
"""Connection lost, deadlock, out of resources, cancelled or shutting down."""


class Database:
    """A pool of connections, seen in two ways: autocommit for one statement, or a transaction."""

    def __init__(self, engine: AsyncEngine, deadline: float = 3.0) -> None:
        """Wrap an async engine of the psycopg driver; `deadline` is in seconds, per statement."""
        self.engine = engine
        self.deadline = deadline
        self.autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def fetch(self, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[RowMapping]:
        """Run one statement by itself: one round trip, atomic, nothing to commit.

        Raises:
            Unavailable: the database cannot be reached or does not answer in time.
        """
        with _unavailability():
            async with self.autocommit.connect() as connection:
                return await self.fetch_on(connection, statement, parameters)

    async def fetch_on(
        self, connection: AsyncConnection, statement: Executable, parameters: Mapping[str, Any]
    ) -> Sequence[RowMapping]:
        """Run one statement on a connection that `transaction` gave.

        Raises:
            Unavailable: the database does not answer in time.
        """
        with _unavailability(), self._deadline(connection):
            result = await connection.execute(statement, parameters)
            return result.mappings().all()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Commit at the end of the block, roll back if it raises.

        Raises:
            Unavailable: the database cannot be reached, or the commit is not confirmed in time.
        """
        with _unavailability():
            async with self.engine.connect() as connection:
                yield connection
                with self._deadline(connection):
                    await connection.commit()

    @contextlib.contextmanager
    def _deadline(self, connection: AsyncConnection) -> Iterator[None]:
        # A cancelled coroutine would make the driver wait for a server that may be frozen. Ending the
        # wait from the other side, at the socket, always comes through.
        driver = connection.sync_connection.connection.driver_connection  # type: ignore[union-attr] # open: it was just checked out
        watch = _Watch(cast("DriverConnection[Any]", driver), self.deadline)
        try:
            yield
        finally:
            watch.stop()


class _Watch:
    """What happens to a statement that outlives its deadline: it is cancelled or, failing that, cut off."""

    def __init__(self, driver: DriverConnection[Any], deadline: float) -> None:
        self._driver = driver
        self._loop = asyncio.get_running_loop()
        self._asked: asyncio.Future[None] | None = None
        self._timer = self._loop.call_later(deadline, self._ask)

    def stop(self) -> None:
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


@contextlib.contextmanager
def _unavailability() -> Iterator[None]:
    """Tell the database's absence from a fault of ours, which stays the exception that it is."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, OSError, TimeoutError) as error:
        raise Unavailable from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if error.connection_invalidated or state.startswith(_CLASSES_OF_UNAVAILABILITY):
            raise Unavailable from error
        raise
