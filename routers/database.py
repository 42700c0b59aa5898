"""The way to PostgreSQL: one statement in one round trip, or a transaction, each under a deadline."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from psycopg import OperationalError as DriverUnavailable
from psycopg.pq import TransactionStatus
from sqlalchemy import Executable, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from routers.deadline import driver_of, refuse_dead, unwatch_new, watch, watch_new
from routers.errors import Unavailable
from routers.lane import Lane
from routers.prepared import Rows, prepare

_CLASSES_OF_UNAVAILABILITY = ("08", "25006", "40", "53", "57")
"""Connection lost, read-only, deadlock, out of resources, cancelled or shutting down."""


class Database:
    """A pool of connections, seen in two ways: each statement by itself, or a transaction."""

    def __init__(self, engine: AsyncEngine, deadline: float = 2.0) -> None:
        """Wrap an async engine of the psycopg driver; `deadline` is in seconds, per statement."""
        self.engine = engine
        self._deadline = deadline
        self._lane = Lane(engine)
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        # First of all listeners: the next ones ask the server about itself, on a new connection.
        event.listen(engine.sync_engine, "connect", watch_new(deadline), insert=True)
        event.listen(engine.sync_engine, "checkout", unwatch_new)
        event.listen(engine.sync_engine, "checkout", refuse_dead)

    async def fetch(self, statement: Executable, parameters: Mapping[str, Any]) -> Rows:
        """Run one statement by itself: one round trip, atomic, nothing to commit.

        Raises:
            Unavailable: the database cannot be reached or does not answer in time.
        """
        prepared = prepare(statement)
        with _unavailability():
            if prepared.expands:
                async with self._connect(self._autocommit) as connection:
                    return await self.fetch_on(connection, statement, parameters)
            async with self._lane.connection() as driver:
                with watch(driver, self._deadline):
                    return await prepared.run(driver, parameters)

    async def fetch_on(
        self, connection: AsyncConnection, statement: Executable, parameters: Mapping[str, Any]
    ) -> Rows:
        """Run one statement on a connection that `transaction` gave.

        Raises:
            Unavailable: the database does not answer in time.
        """
        with _unavailability(), watch(driver_of(connection), self._deadline):
            result = await connection.execute(statement, parameters)
            return [tuple(row) for row in result.all()]

    async def close(self) -> None:
        """Close every connection."""
        await self._lane.close()
        await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Commit at the end of the block, roll back if it raises.

        Raises:
            Unavailable: the database cannot be reached, or the commit is not confirmed in time.
            RuntimeError: a statement failed and the block went on: nothing could be kept.
        """
        async with contextlib.AsyncExitStack() as stack:
            with _unavailability():
                connection = await stack.enter_async_context(self._connect(self.engine))
            try:
                yield connection
                _refuse_failed(connection)
            except BaseException:
                if not connection.invalidated:
                    with _unavailability(), watch(driver_of(connection), self._deadline):
                        await connection.rollback()
                raise
            with _unavailability(), watch(driver_of(connection), self._deadline):
                await connection.commit()

    @contextlib.asynccontextmanager
    async def session(self, connection: AsyncConnection | None = None) -> AsyncIterator[AsyncSession]:
        """A session for reading, on a connection that `transaction` gave or on one of its own.

        Raises:
            Unavailable: the database cannot be reached or does not answer in time.
        """
        with _unavailability():
            async with contextlib.AsyncExitStack() as stack:
                if connection is None:
                    connection = await stack.enter_async_context(self._connect(self._autocommit))
                with watch(driver_of(connection), self._deadline):
                    async with AsyncSession(connection) as session:
                        yield session

    @contextlib.asynccontextmanager
    async def _connect(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        await self._lane.make_room()
        async with contextlib.AsyncExitStack() as stack:
            with self._lane.waiting():
                connection = await stack.enter_async_context(engine.connect())
            yield connection


def _refuse_failed(connection: AsyncConnection) -> None:
    # The server would answer COMMIT with a silent rollback.
    if driver_of(connection).info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("A statement of this transaction has failed: nothing of it is kept.")


@contextlib.contextmanager
def _unavailability() -> Iterator[None]:
    """Tell the database's absence from a fault of ours, which stays the exception that it is."""
    try:
        yield
    except (InterfaceError, PoolTimeoutError, OSError, DriverUnavailable) as error:
        raise Unavailable from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if isinstance(error, OperationalError) and not state.startswith("54"):  # a limit of the program's
            raise Unavailable from error
        if error.connection_invalidated or state.startswith(_CLASSES_OF_UNAVAILABILITY):
            raise Unavailable from error
        raise
