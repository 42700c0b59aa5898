"""A plugin of Alembic's autogenerate that compares exclusion constraints, by name."""

import re

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import ExecuteSQLOp, ModifyTableOps
from alembic.runtime.plugins import Plugin
from alembic.util import PriorityDispatchResult
from sqlalchemy import Table, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import AddConstraint

from app.database.conditions import sql_text, stored_name

PLUGIN = "app.database.exclusion_constraints"

_STORED = text("""
    SELECT conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid = CAST(:table AS regclass) AND contype = 'x'
    ORDER BY conname
""")


class _Statement(ExecuteSQLOp):
    """A statement and the one that reverses it."""

    def __init__(self, sql: str, reverse: str) -> None:
        # In a string, SQLAlchemy takes `:name` for a parameter.
        super().__init__(re.sub("(?<!:):(?!:)", r"\\:", sql))
        self._statements = (reverse, sql)

    def reverse(self) -> "_Statement":
        return _Statement(*self._statements)


def _compare(
    context: AutogenContext,
    changes: ModifyTableOps,
    _schema: str | None,
    _name: str,
    existing: Table | None,
    declared: Table | None,
) -> PriorityDispatchResult:
    """Add the statements that give an existing table the exclusion constraints of its model."""
    if context.connection is not None and existing is not None and declared is not None:
        dialect = context.connection.dialect
        table, quote = dialect.identifier_preparer.format_table(existing), dialect.identifier_preparer.quote
        stored = {
            name: f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}"
            for name, definition in context.connection.execute(_STORED, {"table": table})
        }
        created = {
            stored_name(each, dialect): sql_text(AddConstraint(each, isolate_from_table=False), dialect)
            for each in declared.constraints
            if isinstance(each, ExcludeConstraint)
        }
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {{}}".format
        # First and last: while a constraint exists, so do its columns.
        changes.ops[:0] = [
            _Statement(drop(quote(name)), stored[name]) for name in sorted(stored.keys() - created)
        ]
        changes.ops += [
            _Statement(created[name], drop(quote(name))) for name in sorted(created.keys() - stored)
        ]
    return PriorityDispatchResult.CONTINUE


Plugin(PLUGIN).add_autogenerate_comparator(_compare, "table", "exclusion_constraints")
