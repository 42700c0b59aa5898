"""The connections that carry single statements, kept at hand between requests."""

import asyncio
import contextlib
import select
from collections.abc import AsyncIterator, Iterator
from typing import Any

from psycopg import Error as DriverError
from psycopg.pq import TransactionStatus
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

CANCEL_GRACE = 1.0
"""Seconds between asking the server to cancel a statement and hanging up."""


class Lane:
    """Connections of an engine's pool that stay checked out while nobody else waits for one.

    Nothing is said on them between two statements, so no state of one request reaches the next.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Begin without any; the pool makes them, and says how many there may be."""
        self._pool = engine.sync_engine.pool
        self._idle: list[PoolProxiedConnection] = []
        self._waiting = 0
        self._closed = False

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """The driver's connection, for one statement."""
        held = await self._take()
        driver: Any = held.driver_connection
        try:
            yield driver
        finally:
            if self._closed or driver.pgconn.transaction_status != TransactionStatus.IDLE:
                await asyncio.shield(self._end(held))
            elif self._waiting:
                await greenlet_spawn(held.close)
            else:
                self._idle.append(held)

    async def _end(self, held: PoolProxiedConnection) -> None:
        """Drop a connection that nobody may use again, and what the server is still doing on it."""
        driver: Any = held.driver_connection
        if driver.pgconn.transaction_status == TransactionStatus.ACTIVE:
            with contextlib.suppress(DriverError, OSError):
                await driver.cancel_safe(timeout=CANCEL_GRACE)
        await greenlet_spawn(held.invalidate)

    async def _take(self) -> PoolProxiedConnection:
        while self._idle:
            held = self._idle.pop()
            if not has_news(held.driver_connection):
                return held
            await greenlet_spawn(held.invalidate)
        with self.waiting():
            return await greenlet_spawn(self._pool.connect)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While the block lasts, somebody waits for a connection of the pool: none is kept here."""
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def make_room(self) -> None:
        """Give one connection back to the pool, for what needs it longer."""
        if self._idle:
            await greenlet_spawn(self._idle.pop().close)

    async def close(self) -> None:
        """Give all of them back; those that are in use are dropped when they are done."""
        self._closed = True
        while self._idle:
            await self.make_room()


def has_news(driver: Any) -> bool:
    """Whether the server has said something unasked: on an idle connection, goodbye.

    It looks at the socket and asks nothing: no round trip.
    """
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))
