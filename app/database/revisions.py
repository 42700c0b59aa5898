"""Check whether the database has the schema that this version needs."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import structlog
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import ProgrammingError

from app.database.errors import message_of
from app.database.scripts import latest_revision, outdated_message, unknown_message, unknown_revisions
from routers import Database

# Only with the right to read a column does the role pass; a right to the whole table includes its columns.
_SCHEMA = text("""
    SELECT version_num, ARRAY(
        SELECT declared_table || '.' || declared_column
        FROM unnest(CAST(:schemas AS text[]), CAST(:tables AS text[]), CAST(:columns AS text[]))
            WITH ORDINALITY AS declared(declared_schema, declared_table, declared_column, position)
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attname = declared_column
                AND attrelid = to_regclass(
                    concat_ws('.', quote_ident(declared_schema), quote_ident(declared_table))
                )
                AND has_column_privilege(attrelid, attnum, 'SELECT')
        )
        ORDER BY position
    )
    FROM alembic_version
""")


async def schema_error(database: Database, tables: Iterable[Table]) -> str | None:
    """Return a sentence if the schema is unusable: outdated, or a column of these tables cannot be read.

    An unknown revision is a newer one: during a rolling deployment, the old version continues to work on
    the new schema, and logs a warning.

    Raises:
        Unavailable: the database cannot be reached.
    """
    try:
        rows = await database.fetch(_SCHEMA, _parameters(tables))
    except ProgrammingError as error:
        return _error_message(error)
    message = _message(rows)
    if message is None:
        for revision in unknown_revisions([row[0] for row in rows]):
            _log_unknown(revision)
    return message


def schema_error_on(connection: Connection, tables: Iterable[Table]) -> str | None:
    """Return the same as `schema_error`, from a synchronous connection and without a warning."""
    try:
        return _message(connection.execute(_SCHEMA, _parameters(tables)).all())
    except ProgrammingError as error:
        return _error_message(error)


def _parameters(tables: Iterable[Table]) -> dict[str, Any]:
    columns = [(table.schema, table.name, column.name) for table in tables for column in table.columns]
    return {
        "schemas": [schema for schema, _, _ in columns],
        "tables": [table for _, table, _ in columns],
        "columns": [column for _, _, column in columns],
    }


def _message(rows: Sequence[Sequence[Any]]) -> str | None:
    revisions = [row[0] for row in rows]
    if message := outdated_message(revisions):
        return message
    missing, unknown = ", ".join(rows[0][1]), unknown_revisions(revisions)
    if missing and unknown:
        return unknown_message(unknown, f", and has no {missing}")
    if missing:
        return (
            f"The database has no {missing}, or the role may not read it: restore it, or GRANT "
            "SELECT, INSERT, UPDATE and DELETE on the table."
        )
    return None


def _error_message(error: ProgrammingError) -> str | None:
    if isinstance(error.orig, UndefinedTable):
        return outdated_message([])  # it was never migrated
    if isinstance(error.orig, InsufficientPrivilege):
        return (
            f"The role may not read the schema ({message_of(error.orig)}): GRANT SELECT on alembic_version, "
            "and USAGE on the schemas of the tables."
        )
    raise error


@cache
def _log_unknown(revision: str) -> None:
    """Log the revision of a newer version, once."""
    structlog.get_logger().warning(
        "the database is at a revision that this version does not know",
        revision=revision,
        latest_known=latest_revision(),
    )
