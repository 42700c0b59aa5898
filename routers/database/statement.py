"""SQLAlchemy statements, compiled once for PostgreSQL."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from psycopg.adapt import PyFormat
from psycopg.postgres import types
from sqlalchemy import Enum, Executable, Float, make_url
from sqlalchemy.exc import StatementError
from sqlmodel.sql.sqltypes import UTCDateTime

from routers.database.result import Readers, in_utc
from routers.tables.deadline import DEADLINE

CACHE_SIZE = 2048
"""Maximum number of cached compiled statements."""

_DIALECT_CLASS: Any = make_url("postgresql+psycopg://").get_dialect()
DIALECT = _DIALECT_CLASS(dbapi=_DIALECT_CLASS.import_dbapi(), paramstyle="numeric_dollar")


class CompiledStatement:
    """The SQL text of a statement, with the conversion of its parameters and columns.

    Attributes:
        text: SQL with numbered parameters (`$1`).
        sql: The same text as bytes.
        has_deadline: It fails after the value of the parameter `DEADLINE`.
        expands: The text depends on the values (`IN` with a list), so it cannot be compiled once.
        formats: The psycopg formats of the parameters.
        readers: The columns whose driver values need a conversion.
    """

    def __init__(self, statement: Any) -> None:
        """Compile a SQLAlchemy statement."""
        compiled = statement.compile(dialect=DIALECT)
        self.text = str(compiled)
        self.sql = self.text.encode()
        binds = [compiled.binds[name] for name in compiled.positiontup]
        defaults = {column.key: column.default for column in compiled.insert_prefetch}
        self._binds = [
            (bind.key, _default(defaults.get(bind.key), bind.value), _writer(bind.type)) for bind in binds
        ]
        self._required = {bind.key for bind in binds if bind.required}
        self.formats = [PyFormat.AUTO] * len(binds)
        self.has_deadline = DEADLINE in compiled.binds
        self.expands = bool(compiled.post_compile_params)
        columns = enumerate(getattr(statement, "exported_columns", ()))
        self.readers: Readers = [
            (place, read) for place, column in columns if (read := reader_of(column.type))
        ]

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the positional arguments for named parameters.

        Raises:
            sqlalchemy.exc.StatementError: a required parameter is missing.
        """
        if not self._required <= parameters.keys():
            missing = ", ".join(sorted(self._required - parameters.keys()))
            raise StatementError(f"A value is missing for {missing}.", self.text, None, None)
        values = [parameters[name] if name in parameters else default() for name, default, _ in self._binds]
        for place, (_, _, write) in enumerate(self._binds):
            if write:
                values[place] = write(values[place])
        return values


compile_statement: Callable[[Executable], CompiledStatement] = lru_cache(CACHE_SIZE)(CompiledStatement)
"""Compile a statement, or return the cached result for the same statement."""


def _default(of_column: Any, of_statement: Any) -> Callable[[], Any]:
    """Return a function that makes the value of an omitted parameter."""
    if of_column is None:
        return lambda: of_statement
    return (lambda: of_column.arg(None)) if of_column.is_callable else (lambda: of_column.arg)


def _writer(column_type: Any) -> Callable[[Any], Any] | None:
    writer: Callable[[Any], Any] | None = column_type.dialect_impl(DIALECT).bind_processor(DIALECT)
    return writer


def reader_of(column_type: Any) -> Callable[[Any], Any] | None:
    """Return the conversion from the driver's value to the column's; None if they are the same."""
    if isinstance(column_type, UTCDateTime):
        return in_utc
    # Only the readers of numbers use the type in the database.
    oid = types["float8" if isinstance(column_type, Float) else "numeric"].oid
    reader: Callable[[Any], Any] | None = column_type.dialect_impl(DIALECT).result_processor(DIALECT, oid)
    if reader and isinstance(column_type, Enum) and column_type.native_enum:
        # The driver does not know the enum types of a database and returns their bytes.
        return lambda value: reader(value.decode() if isinstance(value, bytes) else value)
    return reader
