"""Check whether the database has the schema that this version needs."""

from collections.abc import Iterable
from functools import cache

from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from sqlalchemy import Table, text
from sqlalchemy.exc import ProgrammingError

from app.database.migrations import configuration
from routers import Database

# Only with the right to read a column does the role pass; a right to the whole table includes its columns.
_SCHEMA = text("""
    SELECT version_num, ARRAY(
        SELECT declared_table || '.' || declared_column
        FROM unnest(CAST(:tables AS text[]), CAST(:columns AS text[]))
            AS declared(declared_table, declared_column)
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = to_regclass(quote_ident(declared_table)) AND attname = declared_column
                AND has_column_privilege(attrelid, attnum, 'SELECT')
        )
    )
    FROM alembic_version
""")

OUTDATED = "The database is not at the latest revision: run `todo migrate`."


async def schema_error(database: Database, tables: Iterable[Table]) -> str | None:
    """Return a sentence if the schema is unusable: outdated, or a column of these tables cannot be read.

    An unknown revision is a newer one: during a rolling deployment, the old version continues to work on
    the new schema.

    Raises:
        Unavailable: the database cannot be reached.
    """
    columns = [(table.name, column.name) for table in tables for column in table.columns]
    parameters = {"tables": [table for table, _ in columns], "columns": [column for _, column in columns]}
    try:
        rows = await database.fetch(_SCHEMA, parameters)
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable):
            return OUTDATED  # it was never migrated
        if isinstance(error.orig, InsufficientPrivilege):
            return "The role may not read the table alembic_version: GRANT SELECT on it."
        raise
    if all(revision in superseded_revisions() for revision, _ in rows):
        return OUTDATED
    if missing := rows[0][1]:
        return (
            f"The database has no {', '.join(missing)}, or the role may not read it: restore it, or GRANT "
            "SELECT, INSERT, UPDATE and DELETE on the table."
        )
    return None


@cache
def superseded_revisions() -> frozenset[str]:
    """Return the revisions that are followed by another one."""
    scripts = ScriptDirectory.from_config(configuration())
    followed = {script.revision for script in scripts.walk_revisions()}
    return frozenset(followed.difference(scripts.get_heads()))
