"""The connections that carry single statements, kept at hand between requests."""

import asyncio
import contextlib
import select
from collections.abc import AsyncIterator
from typing import Any

from psycopg import Error as DriverError
from psycopg.pq import TransactionStatus
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn

CANCEL_GRACE = 1.0
"""Seconds between asking the server to cancel a statement and hanging up."""


class Lane:
    """Connections of an engine's pool that stay checked out while nobody needs them for longer.

    Whoever wants a connection takes a place first, as many as the pool has, in the order of coming. So
    nobody waits inside of the pool, and a connection that becomes idle is the next one's at once. Nothing
    is said on it between two statements: no state of one request reaches the next.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Begin without any connection; the pool makes them, and says how many there may be.

        Raises:
            TypeError: the engine's pool has no bound.
        """
        self._engine = engine.sync_engine
        if not isinstance(self._engine.pool, QueuePool):
            raise TypeError("A database needs an engine with a pool of a size: leave out `poolclass`.")
        self._seconds = self._engine.pool.timeout()
        self._places = asyncio.Semaphore(self._engine.pool.size())
        self._idle: list[PoolProxiedConnection] = []
        self._closed = False

    async def take(self) -> PoolProxiedConnection:
        """A connection for one statement; its `driver_connection` is the driver's.

        Raises:
            TimeoutError: all of them are in use for too long.
        """
        await self._enter()
        try:
            while self._idle:
                held = self._idle.pop()
                if not has_news(held.driver_connection):
                    return held
                await greenlet_spawn(held.invalidate)
            return await greenlet_spawn(self._engine.pool.connect)
        except BaseException:
            self._places.release()
            raise

    def keep(self, held: PoolProxiedConnection) -> bool:
        """Keep a connection for the next statement, unless nobody may use it again."""
        driver: Any = held.driver_connection
        if self._closed or driver.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        self._idle.append(held)
        self._places.release()
        return True

    async def drop(self, held: PoolProxiedConnection) -> None:
        """End a connection that `keep` refuses, and what the server is still doing on it."""
        await asyncio.shield(self._end(held))

    async def _end(self, held: PoolProxiedConnection) -> None:
        driver: Any = held.driver_connection
        try:
            if driver.pgconn.transaction_status == TransactionStatus.ACTIVE:
                with contextlib.suppress(DriverError, OSError):
                    await driver.cancel_safe(timeout=CANCEL_GRACE)
            await greenlet_spawn(held.invalidate)
        finally:
            self._places.release()

    @contextlib.asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """Have one connection less here during the block, for what needs it longer: the pool gives it.

        Raises:
            TimeoutError: all of them are in use for too long.
        """
        await self._enter()
        try:
            await self._spare()
            yield
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if self._places.locked():
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        else:
            await self._places.acquire()

    async def _spare(self) -> None:
        if self._idle:
            await greenlet_spawn(self._idle.pop().close)

    async def close(self) -> None:
        """Give all of them back; those that are in use are dropped when they are done."""
        self._closed = True
        while self._idle:
            await self._spare()


def has_news(driver: Any) -> bool:
    """Whether the server has said something unasked: on an idle connection, goodbye.

    It looks at the socket and asks nothing: no round trip.
    """
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))
