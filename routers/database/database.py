"""Execute statements in PostgreSQL, alone or in transactions; each has a timeout."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from psycopg import Error as DriverError
from psycopg import OperationalError as DriverOperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy import Executable, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.pool import PoolProxiedConnection

from routers.database.adapters import set_adapters
from routers.database.clock import with_deadline, without_deadline
from routers.database.connecting import connect_repeatedly
from routers.database.connection import execute, is_connection_error, without_values
from routers.database.observation import (
    ACQUIRE,
    UNOBSERVED,
    DatabaseObserver,
    Observation,
    observe_sessions,
)
from routers.database.pool import ConnectionPool, PoolStatus, cancel_statement
from routers.database.result import Rows
from routers.database.statement import CompiledStatement, compile_statement
from routers.database.timeout import Timeout, driver_of, replace_closed, start_timeout, stop_timeout
from routers.exceptions import Unavailable

_UNAVAILABLE_SQLSTATES = ("08", "25006", "40", "53", "57")
"""Connection lost, read-only, deadlock, out of resources, cancelled or shutting down."""

_BEGIN = CompiledStatement(text("BEGIN"))

Statement = Executable | CompiledStatement


class Database:
    """A connection pool for single statements in autocommit, and for transactions."""

    def __init__(self, engine: AsyncEngine, timeout: float = 2.0) -> None:
        """Wrap an async engine of the psycopg driver; `timeout` is in seconds per statement."""
        # Messages of errors reach the logs: they must not contain parameters or values of rows.
        engine.sync_engine.hide_parameters = True
        self.engine = engine
        self._timeout = timeout
        self._pool = ConnectionPool(engine)
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(engine.sync_engine, "do_connect", connect_repeatedly)
        # Before SQLAlchemy's own listeners, which send queries on a new connection.
        event.listen(engine.sync_engine, "connect", start_timeout(timeout), insert=True)
        event.listen(engine.sync_engine, "connect", set_adapters)
        event.listen(engine.sync_engine, "checkout", stop_timeout)
        event.listen(engine.sync_engine, "checkout", replace_closed)
        event.listen(engine.sync_engine, "handle_error", _on_error)
        self._observers: list[DatabaseObserver] = []

    def observe(self, observer: DatabaseObserver) -> None:
        """Call one more observer after each operation."""
        if not self._observers:
            observe_sessions(self.engine.sync_engine, self._observers)
        self._observers.append(observer)

    def _observed(self, sql: str) -> AbstractContextManager[None]:
        return Observation(self._observers, sql) if self._observers else UNOBSERVED

    @property
    def pool_status(self) -> PoolStatus:
        """The use of the connection pool."""
        return self._pool.status

    async def fetch(self, statement: Statement, parameters: Mapping[str, Any]) -> Rows:
        """Execute one statement in autocommit, in one round trip, and return its rows.

        Raises:
            Unavailable: the database cannot be reached or does not respond in time.
        """
        compiled = _compiled(statement)
        with _RAISE_UNAVAILABLE:
            with self._observed(ACQUIRE):
                pooled = await self._pool.acquire()
            driver: Any = pooled.driver_connection
            try:
                with Timeout(driver, self._timeout):
                    if compiled.has_deadline:
                        parameters = await with_deadline(pooled, parameters, self._timeout)
                    return await self._execute(pooled, compiled, parameters)
            finally:
                if not self._pool.release(pooled):
                    await self._pool.discard(pooled)

    async def fetch_on(
        self, connection: AsyncConnection, statement: Statement, parameters: Mapping[str, Any]
    ) -> Rows:
        """Execute one statement on a connection that `transaction` yielded.

        Raises:
            Unavailable: the database cannot be reached or does not respond in time.
        """
        compiled = _compiled(statement)
        if compiled.has_deadline:
            parameters = without_deadline(parameters)
        pooled = await connection.get_raw_connection()
        driver: Any = pooled.driver_connection
        with _RAISE_UNAVAILABLE, Timeout(driver, self._timeout):
            if driver.pgconn.transaction_status == TransactionStatus.IDLE:
                await execute(pooled, _BEGIN, *_BEGIN.bind({}))
            return await self._execute(pooled, compiled, parameters)

    async def _execute(
        self, connection: PoolProxiedConnection, statement: CompiledStatement, parameters: Mapping[str, Any]
    ) -> Rows:
        bound = statement.bind(parameters)
        with self._observed(statement.text):
            return await execute(connection, statement, *bound)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
        await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Commit at the end of the block, or roll back if it raises.

        Raises:
            Unavailable: the database cannot be reached, or does not confirm the commit in time.
            RuntimeError: a statement failed and the block went on, so nothing can be committed.
        """
        async with contextlib.AsyncExitStack() as stack:
            with _RAISE_UNAVAILABLE:
                connection = await stack.enter_async_context(self._connect(self.engine))
                await connection.begin()
            try:
                yield connection
                _check_not_failed(connection)
            except BaseException:
                if not connection.invalidated and await cancel_statement(driver_of(connection)):
                    await connection.invalidate()
                if not connection.invalidated:
                    with (
                        _RAISE_UNAVAILABLE,
                        self._observed("ROLLBACK"),
                        Timeout(driver_of(connection), self._timeout),
                    ):
                        await connection.rollback()
                raise
            with (
                _RAISE_UNAVAILABLE,
                self._observed("COMMIT"),
                Timeout(driver_of(connection), self._timeout),
            ):
                await connection.commit()

    @contextlib.asynccontextmanager
    async def session(self, connection: AsyncConnection | None = None) -> AsyncIterator[AsyncSession]:
        """Yield a session for reading, on a connection of `transaction` or on one of its own.

        Raises:
            Unavailable: the database cannot be reached or does not respond in time.
        """
        with _RAISE_UNAVAILABLE:
            async with contextlib.AsyncExitStack() as stack:
                if connection is None:
                    connection = await stack.enter_async_context(self._connect(self._autocommit))
                with Timeout(driver_of(connection), self._timeout):
                    async with AsyncSession(connection) as session:
                        yield session

    @contextlib.asynccontextmanager
    async def _connect(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with contextlib.AsyncExitStack() as stack:
            with self._observed(ACQUIRE):
                await stack.enter_async_context(self._pool.reserve())
            async with asyncio.timeout(self._timeout):
                connection = await stack.enter_async_context(engine.connect())
            yield connection


def _compiled(statement: Statement) -> CompiledStatement:
    return statement if isinstance(statement, CompiledStatement) else compile_statement(statement)


def _on_error(context: ExceptionContext) -> None:
    driver_error, error = context.original_exception, context.sqlalchemy_exception
    context.is_disconnect = context.is_disconnect or is_connection_error(driver_error)
    if isinstance(driver_error, DriverError) and error is not None:
        error.args = (str(without_values(driver_error)),)


def _check_not_failed(connection: AsyncConnection) -> None:
    # PostgreSQL responds to the COMMIT of a failed transaction with a silent rollback.
    if driver_of(connection).info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("A statement of this transaction failed, so nothing was committed.")


class _RaiseUnavailable:
    """A context manager that raises `Unavailable` for errors of the connection or the server."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if _is_unavailable(error):
            raise Unavailable from error


_RAISE_UNAVAILABLE = _RaiseUnavailable()


def _is_unavailable(error: BaseException | None) -> bool:
    if isinstance(error, InterfaceError | PoolTimeoutError | OSError | DriverOperationalError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    # Class 54: the statement exceeds a limit, and a retry would, too.
    if isinstance(error, OperationalError) and not state.startswith("54"):
        return True
    return error.connection_invalidated or state.startswith(_UNAVAILABLE_SQLSTATES)
