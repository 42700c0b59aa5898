"""A plugin of Alembic's autogenerate that compares CHECK constraints."""

import warnings

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AlterColumnOp, CreateCheckConstraintOp, DropConstraintOp, ModifyTableOps
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import CheckConstraint, Connection, Table, literal_column
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.elements import conv

from app.database.conditions import (
    comparable_declared,
    comparable_stored,
    declared_conditions,
    stored_checks,
)

PLUGIN = "app.database.check_constraints"


def _compare(
    context: AutogenContext,
    changes: ModifyTableOps,
    _schema: str | None,
    _name: str,
    existing: Table | None,
    declared: Table | None,
) -> PriorityDispatchResult:
    """Add the operations that give a table the CHECK constraints of its model."""
    if context.connection is None:
        pass
    elif existing is None and declared is not None:
        _complete_new_table(changes, declared, context.connection)
    elif existing is not None and declared is None:
        _complete_dropped_table(existing, context.connection)
    elif existing is not None and declared is not None:
        _change_table(changes, existing, declared, context.connection)
    return PriorityDispatchResult.CONTINUE


def _complete_new_table(changes: ModifyTableOps, declared: Table, connection: Connection) -> None:
    """Add the constraints of columns, which Alembic does not include in CREATE TABLE."""
    constraints = (each for column in declared.columns for each in column.constraints)
    conditions = declared_conditions(constraints, connection.dialect)
    changes.ops += [_create(changes, *each) for each in conditions.items()]


def _complete_dropped_table(existing: Table, connection: Connection) -> None:
    """Set the exact conditions for the downgrade: SQLAlchemy takes a `:` in them for a parameter."""
    stored = stored_checks(connection, existing)
    for each in existing.constraints:
        if isinstance(each, CheckConstraint):
            each.sqltext = literal_column(stored[str(each.name)].condition)


def _change_table(changes: ModifyTableOps, existing: Table, declared: Table, connection: Connection) -> None:
    """Drop and create the constraints that differ, and those of columns that get another type.

    Otherwise, ALTER TYPE would check every row for the latter while it locks the table.
    """
    stored = stored_checks(connection, existing)
    constraints = declared.constraints.union(*(column.constraints for column in declared.columns))
    conditions = declared_conditions(constraints, connection.dialect)
    before = comparable_stored(connection, existing, stored)
    after = comparable_declared(connection, declared, conditions)
    retyped = {
        each.column_name for each in changes.ops if isinstance(each, AlterColumnOp) and each.modify_type
    }
    unchanged = {
        name
        for name, check in stored.items()
        if before[name] == after.get(name) and retyped.isdisjoint(check.columns)
    }
    # First and last: while a constraint exists, so do its columns, with the types that it needs.
    changes.ops[:0] = [
        _drop(existing, name, stored[name].condition) for name in stored if name not in unchanged
    ]
    changes.ops += [
        _create(changes, name, conditions[name]) for name in sorted(conditions.keys() - unchanged)
    ]


def _create(changes: ModifyTableOps, name: str, condition: str) -> CreateCheckConstraintOp:
    return CreateCheckConstraintOp(
        conv(name),
        changes.table_name,
        literal_column(condition),
        schema=changes.schema,
        postgresql_not_valid=True,
    )


def _drop(existing: Table, name: str, condition: str) -> DropConstraintOp:
    constraint = CheckConstraint(
        literal_column(condition), name=conv(name), table=existing, postgresql_not_valid=True
    )
    return DropConstraintOp.from_constraint(constraint)


def _expect_not_valid(*_: object) -> PriorityDispatchResult:
    """Ignore a warning of SQLAlchemy, which itself reads that a constraint is NOT VALID."""
    warnings.filterwarnings("ignore", "Can't validate argument 'dialect_options'", SAWarning)
    return PriorityDispatchResult.CONTINUE


_plugin = Plugin(PLUGIN)
_plugin.add_autogenerate_comparator(_expect_not_valid, "autogenerate", priority=DispatchPriority.FIRST)
_plugin.add_autogenerate_comparator(_compare, "table", "check_constraints")
