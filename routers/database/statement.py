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
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Enum, Executable, Float, make_url
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel.sql.sqltypes import UTCDateTime

KEPT = 2048
"""How many compiled statements are kept."""

Readers = list[tuple[int, Callable[[Any], Any]]]
"""The places of a row whose values are to be read further, each with what reads them."""

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
        self._readers = [(place, read) for place, column in columns if (read := reader_of(column.type))]

    async def run(
        self, held: PoolProxiedConnection, values: Mapping[str, Any], *, text: bool = False
    ) -> "Answer":
        """Execute it by itself on a connection of the driver's, in one round trip; `text` if it may be.

        Raises:
            sqlalchemy.exc.StatementError: a value is missing.
            sqlalchemy.exc.DBAPIError: the database refuses it or does not answer.
        """
        given = self._given(values)
        try:
            return await self._ask(held, given, text=text)
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

    async def _ask(self, held: PoolProxiedConnection, given: list[Any], *, text: bool) -> "Answer":
        driver: Any = held.driver_connection
        line: PGconn = driver.pgconn
        adapter = held.info.get(_ADAPTER) or held.info.setdefault(_ADAPTER, Transformer(driver))
        sent = adapter.dump_sequence(given, self._formats)
        is_text = text and _says_what_it_seems(line)
        form = Format.TEXT if is_text else Format.BINARY
        line.send_query_params(self._sent, sent, adapter.types, adapter.formats, form)
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
        return Answer(answer, adapter, self._readers, is_text=is_text)


def _says_what_it_seems(line: PGconn) -> bool:
    """Whether texts are in UTF-8, and dates in ISO's style."""
    style = line.parameter_status(b"DateStyle") or b""
    return style.startswith(b"ISO") and line.parameter_status(b"client_encoding") == b"UTF8"


class Answer:
    """What a statement has answered; to be read before the next one is run on its connection.

    Attributes:
        count: How many rows.
        value: Gives the value in a row, at a place in it, as PostgreSQL writes it; None where it is null.
        is_text: Whether that is a text.
    """

    def __init__(self, result: PGresult, adapter: Any, readers: Readers, *, is_text: bool) -> None:
        """Hold a result, with what makes values of its columns."""
        self.count = result.ntuples
        self.value = result.get_value
        self.is_text = is_text
        self._result = result
        self._adapter = adapter
        self._readers = readers

    def rows(self, first: int = 0, end: int | None = None) -> Rows:
        """The rows from `first` on, up to but without `end`."""
        self._adapter.set_pgresult(self._result)
        rows = self._adapter.load_rows(first, self.count if end is None else end, tuple)
        self._adapter.set_pgresult(None)
        return self._read(rows) if rows and self._readers else rows

    def _read(self, rows: Rows) -> Rows:
        # The driver has put all times of an answer into the same zone.
        times = (rows[0][place] for place, reader in self._readers if reader is in_utc_of)
        in_utc = any(time is not None and time.tzinfo is UTC for time in times)
        readers = [each for each in self._readers if each[1] is not in_utc_of] if in_utc else self._readers
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


def _with(readers: Readers, row: tuple[Any, ...]) -> tuple[Any, ...]:
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


def reader_of(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a column's value of the driver's; None where that is one."""
    if isinstance(kind, UTCDateTime):
        return in_utc_of
    # Only what reads numbers looks at the type in the database.
    told = types["float8" if isinstance(kind, Float) else "numeric"].oid
    reader: Callable[[Any], Any] | None = kind.dialect_impl(DIALECT).result_processor(DIALECT, told)
    if reader and isinstance(kind, Enum) and kind.native_enum:
        # The driver does not know the types that a database has of its own, and answers their bytes.
        return lambda value: reader(value.decode() if isinstance(value, bytes) else value)
    return reader


def in_utc_of(time: datetime | None) -> datetime | None:
    """What the type of timestamps does, without asking where nothing is to do."""
    return time if time is None or time.tzinfo is UTC else time.astimezone(UTC)
