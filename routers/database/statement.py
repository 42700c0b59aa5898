"""SQLAlchemy statements, compiled once for PostgreSQL."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from psycopg.pq.abc import PGresult
from sqlalchemy import DateTime, Enum, Executable, Float, make_url
from sqlalchemy.exc import StatementError
from sqlmodel.sql.sqltypes import UTCDateTime

from routers.database.result import Readers, in_utc
from routers.schemas.extreme_values import finite
from routers.tables.deadline import DEADLINE
from routers.tables.open_enums import enum_reader

CACHE_SIZE = 2048
"""Maximum number of cached compiled statements."""

_DIALECT_CLASS: Any = make_url("postgresql+psycopg://").get_dialect()
DIALECT = _DIALECT_CLASS(dbapi=_DIALECT_CLASS.import_dbapi(), paramstyle="numeric_dollar")


class CompiledStatement:
    """The SQL text of a statement, with the conversion of its parameters and columns.

    Attributes:
        text: SQL with numbered parameters (`$1`).
        has_deadline: It fails after the value of the parameter `DEADLINE`.
        names: The names of its bind parameters.
    """

    def __init__(self, statement: Any, dialect: Any = DIALECT) -> None:
        """Compile a SQLAlchemy statement."""
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._sql = self.text.encode()
        binds = [compiled.binds[name] for name in compiled.positiontup]
        defaults = {column.key: column.default for column in compiled.insert_prefetch}
        self._binds = [
            (bind.key, _default(defaults.get(bind.key), bind.effective_value), _writer(bind.type))
            for bind in binds
        ]
        self._required = {bind.key for bind in binds if bind.required}
        # The text of `IN` with a list depends on the number of values.
        is_incomplete = compiled.post_compile_params or compiled.literal_execute_params
        self._expanding = compiled if is_incomplete else None
        self.names = frozenset(compiled.binds)
        self.has_deadline = DEADLINE in self.names
        self._types = [column.type for column in getattr(statement, "exported_columns", ())]
        self._readers: Readers | None = None

    def readers_of(self, result: PGresult) -> Readers:
        """Return the columns of a result whose driver values need a conversion."""
        if self._readers is None:
            readers = (
                (place, reader_of(each, result.ftype(place))) for place, each in enumerate(self._types)
            )
            self._readers = [(place, reader) for place, reader in readers if reader]
        return self._readers

    def bind(self, parameters: Mapping[str, Any]) -> tuple[bytes, list[Any]]:
        """Return the SQL and its positional arguments for named parameters.

        Raises:
            sqlalchemy.exc.StatementError: a required parameter is missing.
        """
        if not self._required <= parameters.keys():
            missing = ", ".join(sorted(self._required - parameters.keys()))
            raise StatementError(f"A value is missing for {missing}.", self.text, None, None)
        if self._expanding is not None:
            return self._expand(parameters)
        values = [parameters[name] if name in parameters else default() for name, default, _ in self._binds]
        for place, (_, _, write) in enumerate(self._binds):
            if write:
                values[place] = write(values[place])
        return self._sql, values

    def _expand(self, parameters: Mapping[str, Any]) -> tuple[bytes, list[Any]]:
        compiled: Any = self._expanding
        state = compiled.construct_expanded_state(parameters)
        writers = {name: _writer(bind.type) for name, bind in compiled.binds.items()} | state.processors
        values = [(state.parameters[name], writers.get(name)) for name in state.positiontup]
        return state.statement.encode(), [write(value) if write else value for value, write in values]


@lru_cache(CACHE_SIZE)
def compile_statement(statement: Executable) -> CompiledStatement:
    """Compile a statement, or return the cached result for the same statement."""
    return CompiledStatement(statement)


def _default(of_column: Any, of_statement: Any) -> Callable[[], Any]:
    """Return a function that makes the value of an omitted parameter."""
    if of_column is None:
        return lambda: of_statement
    return (lambda: of_column.arg(None)) if of_column.is_callable else (lambda: of_column.arg)


def _writer(column_type: Any) -> Callable[[Any], Any] | None:
    writer: Callable[[Any], Any] | None = column_type.dialect_impl(DIALECT).bind_processor(DIALECT)
    return writer


def reader_of(column_type: Any, oid: int) -> Callable[[Any], Any] | None:
    """Return the conversion of the driver's value, of this type in the database; None if it needs none."""
    if isinstance(column_type, UTCDateTime | DateTime):
        return in_utc
    reader: Callable[[Any], Any] | None = column_type.dialect_impl(DIALECT).result_processor(DIALECT, oid)
    if isinstance(column_type, Float):
        return (lambda value: finite(reader(value))) if reader else finite
    if reader and isinstance(column_type, Enum):
        return enum_reader(reader)
    return reader
