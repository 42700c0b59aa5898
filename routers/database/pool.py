"""The connection pool for single statements."""

import asyncio
import contextlib
import select
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from psycopg import Error as DriverError
from psycopg.pq import TransactionStatus
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

CANCEL_GRACE = 1.0
"""Seconds between the request to cancel a statement and the end of its connection."""


class PoolStatus(NamedTuple):
    """The use of a connection pool.

    Attributes:
        size: The maximum number of connections.
        used: The connections that execute statements or are being opened.
        idle: The connections that are open and unused.
        waiting: The requests that wait for a connection.
    """

    size: int
    used: int
    idle: int
    waiting: int


class ConnectionPool:
    """Idle connections of a SQLAlchemy pool, with a first-in, first-out queue in front.

    The connections stay checked out of the engine's pool between statements, so acquiring one costs no
    call into it. A semaphore with one permit per connection keeps the order of arrival.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Start empty; the engine's pool makes the connections and bounds their number.

        Raises:
            TypeError: the engine's pool has no bound.
        """
        self._engine = engine.sync_engine
        if not isinstance(self._engine.pool, QueuePool):
            raise TypeError("The engine needs a pool with a size: leave out `poolclass`.")
        self._timeout = self._engine.pool.timeout()
        self._permits = asyncio.Semaphore(self._engine.pool.size())
        self._idle: list[PoolProxiedConnection] = []
        self._connecting: set[asyncio.Future[PoolProxiedConnection]] = set()
        self._closed = False
        self._waiting = 0

    @property
    def status(self) -> PoolStatus:
        """The current use."""
        pool: Any = self._engine.pool
        idle = len(self._idle)
        return PoolStatus(pool.size(), pool.checkedout() - idle, pool.checkedin() + idle, self._waiting)

    async def acquire(self) -> PoolProxiedConnection:
        """Return a connection for one statement.

        Raises:
            TimeoutError: there is none within the pool's timeout.
        """
        deadline = asyncio.get_running_loop().time() + self._timeout
        await self._wait()
        if self._idle and not has_input(self._idle[-1].driver_connection):
            return self._idle.pop()
        connecting = asyncio.ensure_future(self._connect())
        self._connecting.add(connecting)
        try:
            async with asyncio.timeout_at(deadline):
                connection = await asyncio.shield(connecting)
        except BaseException:
            # If the server is only slow to accept connections, a later statement gets this one.
            connecting.add_done_callback(self._keep)
            raise
        self._connecting.remove(connecting)
        return connection

    async def _connect(self) -> PoolProxiedConnection:
        """Return an idle connection that the server has not closed, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            if not has_input(connection.driver_connection):
                return connection
            await greenlet_spawn(connection.invalidate)
        return await greenlet_spawn(self._engine.pool.connect)

    def _keep(self, connecting: "asyncio.Future[PoolProxiedConnection]") -> None:
        self._connecting.remove(connecting)
        if not connecting.cancelled() and connecting.exception() is None:
            self._idle.append(connecting.result())
        self._permits.release()

    def release(self, connection: PoolProxiedConnection) -> bool:
        """Return a connection to the pool; False if it cannot be used again and must be discarded."""
        driver: Any = connection.driver_connection
        if self._closed or driver.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        self._idle.append(connection)
        self._permits.release()
        return True

    async def discard(self, connection: PoolProxiedConnection) -> None:
        """Close a connection, and cancel the statement that still runs on it."""
        await asyncio.shield(self._close(connection))

    async def _close(self, connection: PoolProxiedConnection) -> None:
        driver: Any = connection.driver_connection
        closing = [connection]
        try:
            if not await cancel_statement(driver) and driver.closed:
                # Lost: the idle ones may be lost, too, without a sign of it.
                closing += self._idle
                self._idle.clear()
            for each in closing:
                await greenlet_spawn(each.invalidate)
        finally:
            self._permits.release()

    @contextlib.asynccontextmanager
    async def reserve(self) -> AsyncIterator[None]:
        """Leave one connection to the engine's pool during the block, for a transaction or a session.

        Raises:
            TimeoutError: there is none within the pool's timeout.
        """
        connection = await self.acquire()
        try:
            await greenlet_spawn(connection.close)
            yield
        finally:
            self._permits.release()

    async def _wait(self) -> None:
        if self._permits.locked():
            self._waiting += 1
            try:
                async with asyncio.timeout(self._timeout):
                    await self._permits.acquire()
            finally:
                self._waiting -= 1
        else:
            await self._permits.acquire()

    async def close(self) -> None:
        """Close the idle connections; those in use are discarded when they are released."""
        self._closed = True
        for connecting in self._connecting:
            connecting.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        while self._idle:
            await greenlet_spawn(self._idle.pop().close)


async def cancel_statement(driver: Any) -> bool:
    """Cancel the statement that still runs on a connection; False if there is none."""
    if driver.pgconn.transaction_status != TransactionStatus.ACTIVE:
        return False
    with contextlib.suppress(DriverError, OSError):
        await driver.cancel_safe(timeout=CANCEL_GRACE)
    return True


def has_input(driver: Any) -> bool:
    """Check without a round trip whether the server has sent something: on an idle connection, goodbye."""
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))
