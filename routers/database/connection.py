"""Execute a statement on one connection through libpq, in one round trip."""

import asyncio
from collections.abc import Sequence
from typing import Any

from psycopg import DatabaseError as DriverDatabaseError
from psycopg import DataError as DriverDataError
from psycopg import Error as DriverError
from psycopg import InterfaceError, InternalError, NotSupportedError, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import ReadOnlySqlTransaction, error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from routers.database.adapters import TRANSFORMER
from routers.database.result import Rows, read_rows
from routers.database.statement import DIALECT, CompiledStatement
from routers.tables.deadline import EXCEEDED

_NOT_SUPPORTED = {ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH, ExecStatus.EMPTY_QUERY}
_DONE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


async def execute(
    connection: PoolProxiedConnection, statement: CompiledStatement, sql: bytes, arguments: Sequence[Any]
) -> Rows:
    """Execute what `statement.bind` returned, and return its rows. Nothing is prepared in the server.

    Raises:
        sqlalchemy.exc.DBAPIError: the database rejects the statement or does not respond.
    """
    driver: Any = connection.driver_connection
    transformer = connection.info[TRANSFORMER]
    try:
        values = transformer.dump_sequence(arguments, [PyFormat.AUTO] * len(arguments))
        driver.pgconn.send_query_params(sql, values, transformer.types, transformer.formats, Format.BINARY)
        result = await _receive(driver.pgconn)
        readers = statement.readers_of(result)
        try:
            return read_rows(result, transformer, readers)
        except (DriverDataError, OverflowError):  # dates and timestamps that Python does not have
            return read_rows(result, Transformer(driver), readers)
    except DriverError as error:
        lost = is_connection_error(error)
        if lost:
            driver.pgconn.finish()
        raise DBAPIError.instance(
            *(statement.text, None, error, DriverError),
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=DIALECT,
        ) from error


async def _receive(pgconn: PGconn) -> PGresult:
    """Wait for the last result of what was sent."""
    while pgconn.flush():  # more than the socket's buffer takes at once
        await wait_ready(pgconn.socket, writing=True)
        pgconn.consume_input()
    result = None
    while True:
        while pgconn.is_busy():
            await wait_ready(pgconn.socket)
            pgconn.consume_input()
        if (part := pgconn.get_result()) is None:
            break
        if part.status in _NOT_SUPPORTED:  # the results of COPY would never end
            raise NotSupportedError("COPY and empty statements are not supported here")
        result = part
    if result is None:
        raise OperationalError("the server sent no result")
    if result.status not in _DONE:
        raise without_values(error_from_result(result))
    return result


def is_connection_error(error: BaseException) -> bool:
    """Check whether an error is one of the connection: not of the server, and not of a value or a statement.

    libpq reports a violation of the protocol, such as garbage of a broken proxy, without an SQLSTATE. A
    server that has become read-only is no longer the one to be connected to, after a failover.
    """
    if not isinstance(error, DriverError) or error.sqlstate:
        # After the deadline, the connection has been too slow, or the server's clock has changed.
        return isinstance(error, ReadOnlySqlTransaction) or getattr(error, "sqlstate", None) == EXCEEDED
    return type(error) is DriverDatabaseError or isinstance(
        error, InterfaceError | InternalError | OperationalError
    )


def without_values(error: DriverError) -> DriverError:
    """Remove the values of rows and parameters from the message of an error.

    DETAIL and CONTEXT contain them, and the primary message of invalid data (class 22).
    """
    message, sqlstate = error.diag.message_primary, error.sqlstate or ""
    if message:
        error.args = (type(error).__name__ if sqlstate.startswith("22") else message,)
    return error


async def wait_ready(socket: int, *, writing: bool = False) -> None:
    """Wait until a socket is readable or, with `writing`, also writable."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(socket, _wake, ready)
    if writing:
        loop.add_writer(socket, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(socket)
        if writing:
            loop.remove_writer(socket)


def _wake(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
