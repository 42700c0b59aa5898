"""The conditions of CHECK constraints: declared by models, stored in the database, and comparable.

PostgreSQL stores an expression and writes it in its own words. So it has to write a declared condition, too,
before they are compared: both become constraints of a temporary table.
"""

from collections.abc import Iterable
from typing import NamedTuple

from alembic.util import CommandError as AlembicError
from sqlalchemy import CheckConstraint, ClauseElement, Connection, Constraint, Dialect, Table, text
from sqlalchemy.exc import DBAPIError

MAX_NAME_LENGTH = 63
"""The maximum length of a name in PostgreSQL, in bytes."""

Conditions = dict[str, str]
"""Conditions by the name of their constraint."""

_STORED = text("""
    SELECT conname, pg_get_expr(conbin, conrelid), ARRAY(
        SELECT CAST(attname AS text) FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey)
    )
    FROM pg_constraint
    WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'
    ORDER BY conname
""")
_WRITTEN = text("""
    SELECT pg_get_expr(conbin, conrelid)
    FROM pg_constraint
    WHERE conrelid = CAST('pg_temp.written' AS regclass) AND contype = 'c'
    ORDER BY CAST(CAST(conname AS text) AS int)
""")


class StoredCheck(NamedTuple):
    """A CHECK constraint in the database: its condition, and the columns in it."""

    condition: str
    columns: list[str]


def stored_checks(connection: Connection, table: Table) -> dict[str, StoredCheck]:
    """Return the CHECK constraints of a table in the database by name."""
    rows = connection.execute(_STORED, {"table": _quoted(table, connection.dialect)})
    return {name: StoredCheck(condition, columns) for name, condition, columns in rows}


def declared_conditions(constraints: Iterable[Constraint], dialect: Dialect) -> Conditions:
    """Return the conditions of those constraints that are CHECK constraints."""
    return {
        stored_name(each, dialect): sql_text(each.sqltext, dialect)
        for each in constraints
        if isinstance(each, CheckConstraint)
    }


def stored_name(constraint: Constraint, dialect: Dialect) -> str:
    """Return the name of a declared constraint in the database."""
    # SQLAlchemy shortens it to 63 characters, then PostgreSQL to 63 bytes.
    name = str(dialect.identifier_preparer.format_constraint(constraint)).strip('"')
    return name.encode()[:MAX_NAME_LENGTH].decode(errors="ignore")


def sql_text(element: ClauseElement, dialect: Dialect) -> str:
    """Return an expression or a statement as SQL, with its values in it."""
    options = {"literal_binds": True, "include_table": False}
    sql = str(element.compile(dialect=dialect, compile_kwargs=options))
    return sql.replace("%%", "%")  # psycopg2's dialect doubles each of them


def comparable_stored(connection: Connection, table: Table, checks: dict[str, StoredCheck]) -> Conditions:
    """Return the stored conditions of a table in a form that can be compared with declared ones."""
    conditions = {name: check.condition for name, check in checks.items()}
    return _written(connection, f"LIKE {_quoted(table, connection.dialect)}", conditions)


def comparable_declared(connection: Connection, table: Table, conditions: Conditions) -> Conditions:
    """Return the declared conditions of a table in a form that can be compared with stored ones.

    Raises:
        AlembicError: PostgreSQL rejects a condition.
    """
    dialect = connection.dialect
    columns = ", ".join(
        f"{dialect.identifier_preparer.quote(column.name)} {column.type.compile(dialect=dialect)}"
        for column in table.columns
    )
    try:
        once = _written(connection, columns, conditions)
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise AlembicError(
            f"PostgreSQL rejects a CHECK constraint of the table {table.name}: {reason}."
        ) from error
    # Again, because it reads some of its own words differently, as after a dump and restore.
    return _written(connection, columns, once)


def _written(connection: Connection, columns: str, conditions: Conditions) -> Conditions:
    """Return conditions over columns as PostgreSQL writes them."""
    if not conditions:
        return {}
    checks = [f'CONSTRAINT "{index}" CHECK ({each})' for index, each in enumerate(conditions.values())]
    with connection.begin_nested() as savepoint:
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE written ({', '.join([columns, *checks])})",
            execution_options={"no_parameters": True},  # otherwise, psycopg2 reads a % as a parameter
        )
        written = connection.scalars(_WRITTEN).all()
        savepoint.rollback()
    return dict(zip(conditions, written, strict=True))


def _quoted(table: Table, dialect: Dialect) -> str:
    return dialect.identifier_preparer.format_table(table)
