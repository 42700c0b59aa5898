"""The transactions of migrations: one process at a time, with locks that stop writers for moments only."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg2.errorcodes import LOCK_NOT_AVAILABLE, UNDEFINED_OBJECT
from sqlalchemy import Connection, MetaData, Row, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app import CommandError
from app.database.conditions import stored_name
from app.database.errors import message_of

LOCK = 7_238_401_957
"""The number of the advisory lock that a migration holds."""

LOCK_SECONDS = 2
"""Maximum wait for the lock of a table, in seconds: meanwhile, all requests to the table wait, too."""

_NOT_VALID = text("""
    SELECT oid, CAST(CAST(conrelid AS regclass) AS text) AS table_name, quote_ident(conname) AS name,
        pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype IN ('c', 'f') AND pg_get_constraintdef(oid) LIKE '% NOT VALID'
        AND conrelid IN (SELECT to_regclass(declared) FROM unnest(CAST(:tables AS text[])) AS declared)
        AND conname <> ALL(CAST(:excluded AS text[]))
    ORDER BY table_name, name
""")


def begin_migration(connection: Connection) -> None:
    """Wait for migrations of other processes, then limit the wait for tables."""
    _wait_for_others(connection)
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))


def _wait_for_others(connection: Connection) -> None:
    # The role may have limits for the statements of requests.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    # Inside the transaction: otherwise nothing would be committed.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


@contextlib.contextmanager
def explained_failures() -> Iterator[None]:
    """Explain a migration that fails because of rows, locks or a missing extension.

    Raises:
        CommandError: existing rows do not fit the new schema, another transaction uses a table, or an
            extension is missing.
    """
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "pgcode", None) or ""
        if state.startswith(("22", "23")):  # data exceptions, violations of constraints
            fix = "existing rows do not fit the new schema: correct them, then migrate again"
        elif state == LOCK_NOT_AVAILABLE:
            fix = f"another transaction uses a table for over {LOCK_SECONDS} seconds: migrate again after it"
        elif state == UNDEFINED_OBJECT and '"gist"' in str(error.orig):
            extension = 'op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")'
            fix = (
                f"an exclusion constraint needs an extension: write `{extension}` before it in the migration"
            )
        else:
            raise
        raise CommandError(f"Nothing was migrated, because {fix} ({message_of(error.orig)}).") from error


def validate_constraints(connection: Connection, metadata: MetaData) -> None:
    """Validate the constraints of these tables that are NOT VALID, each in a transaction of its own.

    A migration adds them without a check of the existing rows, because its locks last until its end.
    VALIDATE CONSTRAINT stops neither readers nor writers.

    Raises:
        CommandError: existing rows violate constraints.
    """
    violated: dict[int, str] = {}
    while True:
        with connection.begin():
            _wait_for_others(connection)
            pending = [each for each in _not_valid(connection, metadata) if each.oid not in violated]
            if not pending:
                break
            constraint = pending[0]
            try:
                with connection.begin_nested():
                    connection.exec_driver_sql(
                        f"ALTER TABLE {constraint.table_name} VALIDATE CONSTRAINT {constraint.name}"
                    )
            except (DataError, IntegrityError):
                definition = constraint.definition.removesuffix(" NOT VALID")
                violated[constraint.oid] = f"{constraint.name} of {constraint.table_name}, {definition}"
    if violated:
        raise CommandError(
            f"The schema is migrated, but existing rows violate {'; '.join(violated.values())}: "
            "correct them, then migrate again."
        )


def _not_valid(connection: Connection, metadata: MetaData) -> Sequence[Row[Any]]:
    """Return the constraints to validate; those that are declared as NOT VALID stay so."""
    tables = metadata.tables.values()
    parameters = {
        "tables": [connection.dialect.identifier_preparer.format_table(table) for table in tables],
        "excluded": [
            stored_name(constraint, connection.dialect)
            for table in tables
            for constraint in table.constraints
            if constraint.dialect_kwargs.get("postgresql_not_valid")
        ],
    }
    return connection.execute(_NOT_VALID, parameters).all()
