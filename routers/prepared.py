"""A statement compiled once, then sent by the driver's own means with no layer in between."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from psycopg import Error as DriverError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.postgres import types
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn
from sqlalchemy import Enum, Executable, Float, make_url
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel.sql.sqltypes import UTCDateTime

KEPT = 2048
"""How many compiled statements are kept."""

Rows = Sequence[tuple[Any, ...]]
"""What a statement answers: its columns, in their order."""

_KIND: Any = make_url("postgresql+psycopg://").get_dialect()
DIALECT = _KIND(dbapi=_KIND.import_dbapi(), paramstyle="numeric_dollar")
_ADAPTER = "routers.adapter"
"""Where a connection keeps what it has found out about types."""

_COPYING = {ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH}
_DONE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


class Prepared:
    """A statement as PostgreSQL gets it, with the way of values into it and of columns out of it.

    Nothing is prepared in the server: a pooler may hand each statement to another one.

    Attributes:
        expands: Whether its text depends on the values (`IN` a list of them): then it cannot be run here.
    """

    def __init__(self, statement: Any) -> None:
        """Compile a statement of SQLAlchemy's."""
        compiled = statement.compile(dialect=DIALECT)
        self.text = str(compiled)
        self._sent = self.text.encode()
        binds = [compiled.binds[name] for name in compiled.positiontup]
        defaults = {column.key: column.default for column in compiled.insert_prefetch}
        self._binds = [
            (bind.key, _default(defaults.get(bind.key), bind.value), _writer(bind.type)) for bind in binds
        ]
        self._required = {bind.key for bind in binds if bind.required}
        self._formats = [PyFormat.AUTO] * len(binds)
        self.expands = bool(compiled.post_compile_params)
        columns = enumerate(getattr(statement, "exported_columns", ()))
        self._readers = [(place, read) for place, column in columns if (read := _reader(column.type))]
        self._readers_in_utc = [(place, read) for place, read in self._readers if read is not _in_utc]

    async def run(self, held: PoolProxiedConnection, values: Mapping[str, Any]) -> Rows:
        """Execute it by itself on a connection of the driver's, in one round trip.

        Raises:
            sqlalchemy.exc.StatementError: a value is missing.
            sqlalchemy.exc.DBAPIError: the database refuses it or does not answer.
        """
        given = self._given(values)
        try:
            return await self._ask(held, given)
        except DriverError as error:
            raise DBAPIError.instance(
                self.text, None, error, DriverError, hide_parameters=True, dialect=DIALECT
            ) from error

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        if not self._required <= values.keys():
            missing = ", ".join(sorted(self._required - values.keys()))
            raise StatementError(f"A value is missing for {missing}.", self.text, None, None)
        given = [values[name] if name in values else default() for name, default, _ in self._binds]
        for place, (_, _, write) in enumerate(self._binds):
            if write:
                given[place] = write(given[place])
        return given

    async def _ask(self, held: PoolProxiedConnection, given: list[Any]) -> Rows:
        driver: Any = held.driver_connection
        line: PGconn = driver.pgconn
        adapter = held.info.get(_ADAPTER) or held.info.setdefault(_ADAPTER, Transformer(driver))
        sent = adapter.dump_sequence(given, self._formats)
        line.send_query_params(self._sent, sent, adapter.types, adapter.formats, Format.BINARY)
        while line.flush():  # more than the socket takes at once
            await ready(line.socket, writing=True)
            line.consume_input()
        answer = None
        while True:
            while line.is_busy():
                await ready(line.socket)
                line.consume_input()
            if (part := line.get_result()) is None:
                break
            if part.status in _COPYING:  # it would be answered without end
                raise DriverError("COPY is not run here")
            answer = part
        if answer is None or answer.status not in _DONE:
            raise error_from_result(answer) if answer else DriverError("the server has said nothing")
        adapter.set_pgresult(answer)
        rows = adapter.load_rows(0, answer.ntuples, tuple)
        adapter.set_pgresult(None)
        return self._read(rows) if rows and self._readers else rows

    def _read(self, rows: Rows) -> Rows:
        # The driver has put all times of an answer into the same zone.
        times = (rows[0][place] for place, reader in self._readers if reader is _in_utc)
        in_utc = any(time is not None and time.tzinfo is UTC for time in times)
        readers = self._readers_in_utc if in_utc else self._readers
        return [_with(readers, row) for row in rows] if readers else rows


prepare: Callable[[Executable], Prepared] = lru_cache(KEPT)(Prepared)
"""The same for the same statement."""


async def ready(socket: int, *, writing: bool = False) -> None:
    """Wait until there is something to read or, where that is wanted, room to write."""
    loop = asyncio.get_running_loop()
    waiting = loop.create_future()
    loop.add_reader(socket, _wake, waiting)
    if writing:
        loop.add_writer(socket, _wake, waiting)
    try:
        await waiting
    finally:
        loop.remove_reader(socket)
        if writing:
            loop.remove_writer(socket)


def _with(readers: list[tuple[int, Callable[[Any], Any]]], row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, reader in readers:
        values[place] = reader(values[place])
    return tuple(values)


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def _default(of_column: Any, of_statement: Any) -> Callable[[], Any]:
    """What makes the value of a parameter that is not given."""
    if of_column is None:
        return lambda: of_statement
    return (lambda: of_column.arg(None)) if of_column.is_callable else (lambda: of_column.arg)


def _writer(kind: Any) -> Callable[[Any], Any] | None:
    writer: Callable[[Any], Any] | None = kind.dialect_impl(DIALECT).bind_processor(DIALECT)
    return writer


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, UTCDateTime):
        return _in_utc
    # Only what reads numbers looks at the type in the database.
    told = types["float8" if isinstance(kind, Float) else "numeric"].oid
    reader: Callable[[Any], Any] | None = kind.dialect_impl(DIALECT).result_processor(DIALECT, told)
    if reader and isinstance(kind, Enum) and kind.native_enum:
        # The driver does not know the types that a database has of its own, and answers their bytes.
        return lambda value: reader(value.decode() if isinstance(value, bytes) else value)
    return reader


def _in_utc(time: datetime | None) -> datetime | None:
    # What the type itself does, without asking where nothing is to do.
    return time if time is None or time.tzinfo is UTC else time.astimezone(UTC)
