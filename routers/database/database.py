"""The way to PostgreSQL: one statement in one round trip, or a transaction, each under a deadline."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

from psycopg import OperationalError as DriverUnavailable
from psycopg.pq import TransactionStatus
from sqlalchemy import Executable, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from routers.database.pool import Lane
from routers.database.statement import Answer, Rows, prepare
from routers.database.timeout import Watch, driver_of, refuse_dead, unwatch_new, watch_new
from routers.exceptions import Unavailable

_CLASSES_OF_UNAVAILABILITY = ("08", "25006", "40", "53", "57")
"""Connection lost, read-only, deadlock, out of resources, cancelled or shutting down."""


T = TypeVar("T")


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
        if prepare(statement).expands:
            with _UNAVAILABILITY:
                async with self._connect(self._autocommit) as connection:
                    return await self.fetch_on(connection, statement, parameters)
        return await self.read(statement, parameters, Answer.rows)

    async def read(
        self,
        statement: Executable,
        parameters: Mapping[str, Any],
        reader: Callable[[Answer], T],
        *,
        text: bool = False,
    ) -> T:
        """Run one statement like `fetch`, and answer what `reader` makes of its answer; `text` if it may be.

        Raises:
            Unavailable: the database cannot be reached or does not answer in time.
        """
        prepared = prepare(statement)
        with _UNAVAILABILITY:
            held = await self._lane.take()
            driver: Any = held.driver_connection
            try:
                with Watch(driver, self._deadline):
                    answer = await prepared.run(held, parameters, text=text)
                return reader(answer)
            finally:
                if not self._lane.keep(held):
                    await self._lane.drop(held)

    async def fetch_on(
        self, connection: AsyncConnection, statement: Executable, parameters: Mapping[str, Any]
    ) -> Rows:
        """Run one statement on a connection that `transaction` gave.

        Raises:
            Unavailable: the database does not answer in time.
        """
        with _UNAVAILABILITY, Watch(driver_of(connection), self._deadline):
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
            with _UNAVAILABILITY:
                connection = await stack.enter_async_context(self._connect(self.engine))
            try:
                yield connection
                _refuse_failed(connection)
            except BaseException:
                if not connection.invalidated:
                    with _UNAVAILABILITY, Watch(driver_of(connection), self._deadline):
                        await connection.rollback()
                raise
            with _UNAVAILABILITY, Watch(driver_of(connection), self._deadline):
                await connection.commit()

    @contextlib.asynccontextmanager
    async def session(self, connection: AsyncConnection | None = None) -> AsyncIterator[AsyncSession]:
        """A session for reading, on a connection that `transaction` gave or on one of its own.

        Raises:
            Unavailable: the database cannot be reached or does not answer in time.
        """
        with _UNAVAILABILITY:
            async with contextlib.AsyncExitStack() as stack:
                if connection is None:
                    connection = await stack.enter_async_context(self._connect(self._autocommit))
                with Watch(driver_of(connection), self._deadline):
                    async with AsyncSession(connection) as session:
                        yield session

    @contextlib.asynccontextmanager
    async def _connect(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with self._lane.left(), engine.connect() as connection:
            yield connection


def _refuse_failed(connection: AsyncConnection) -> None:
    # The server would answer COMMIT with a silent rollback.
    if driver_of(connection).info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("A statement of this transaction has failed: nothing of it is kept.")


class _Unavailability:
    """A block that tells the database's absence from a fault of ours, which stays what it is."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if _is_absence(error):
            raise Unavailable from error


_UNAVAILABILITY = _Unavailability()


def _is_absence(error: BaseException | None) -> bool:
    if isinstance(error, InterfaceError | PoolTimeoutError | OSError | DriverUnavailable):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, OperationalError) and not state.startswith("54"):  # a limit of the program's
        return True
    return error.connection_invalidated or state.startswith(_CLASSES_OF_UNAVAILABILITY)
