"""Map errors that valid requests can cause in PostgreSQL to errors of the operation."""

from collections.abc import Collection
from typing import Any, NamedTuple

from psycopg.errors import ForeignKeyViolation, NotNullViolation, RaiseException, RestrictViolation
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Table
from sqlalchemy.exc import DBAPIError

from routers.exceptions import ProblemError, RejectedValues
from routers.queries.violations import (
    Written,
    referenced_error,
    result_error,
    values_error,
    violation_error,
)
from routers.resource.resource import Resource
from routers.tables.dialect import stored_name
from routers.tables.foreign_keys import references
from routers.tables.row_constraints import Unique, check_constraints, uniques

_DATA_EXCEPTION, _INTEGRITY_VIOLATION = "22", "23"
"""Classes of SQLSTATEs."""

_STILL_REFERENCED = {ForeignKeyViolation.sqlstate, RestrictViolation.sqlstate}

_NOT_ALLOWED = "The combination of values is not allowed."
_DETAILS = {NotNullViolation.sqlstate: "The value must not be null."}


class Write(NamedTuple):
    """What a statement writes.

    Attributes:
        values: The columns that get values of the request.
        expressions: The columns that get results of SQL expressions.
        deletes: It deletes rows.
    """

    values: Collection[str] = ()
    expressions: Collection[str] = ()
    deletes: bool = False


NOTHING, DELETION = Write(), Write(deletes=True)


def constraint_error(error: DBAPIError, resource: Resource[Any], write: Write) -> ProblemError | None:
    """Return the error for the client; None for an error that no valid request can cause.

    Of what PostgreSQL writes, it contains only the message of a RAISE, which an author has written.
    """
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    written = Written(resource.table, resource.members, write.values)
    if sqlstate.startswith(_DATA_EXCEPTION):
        sources = resource.calculated_from if write.values or write.expressions else ()
        return result_error({*write.expressions, *sources}, written, sqlstate)
    if sqlstate == RaiseException.sqlstate:
        return _column_error(error, written, _raised_message(error) or _NOT_ALLOWED)
    if not sqlstate.startswith(_INTEGRITY_VIOLATION):
        return None
    if write.deletes and sqlstate in _STILL_REFERENCED:
        return referenced_error()
    if (constraint := violated_constraint(error, resource.table)) is not None:  # it may have no columns
        return violation_error(constraint, written)
    return _column_error(error, written, _DETAILS.get(sqlstate, _NOT_ALLOWED))


def violated_constraint(
    error: DBAPIError, table: Table
) -> ForeignKeyConstraint | CheckConstraint | Unique | None:
    """Return the constraint of a table that a statement has violated; None if it is not one of these."""
    diagnostics: Any = getattr(error.orig, "diag", None)
    violated, violated_table = diagnostics.constraint_name or "", diagnostics.table_name or table.name
    if not violated_table.startswith(table.name):
        return None
    constraints = (*references(table).values(), *check_constraints(table), *uniques(table))
    by_name = {stored_name(each): each for each in constraints}
    # By prefix: each shard of a distributed table adds a suffix of its own.
    names = sorted((name for name in by_name if violated.startswith(name)), key=len)
    return by_name[names[-1]] if names else None


def _column_error(error: DBAPIError, written: Written, detail: str) -> RejectedValues:
    """Return a 422 about the column that PostgreSQL names, if it names one."""
    diagnostics: Any = getattr(error.orig, "diag", None)
    columns = [column for column in written.table.columns if column.name == diagnostics.column_name]
    return values_error(columns, written, detail)


def _raised_message(error: DBAPIError) -> str:
    """Return the message of a RAISE in one line."""
    diagnostics: Any = getattr(error.orig, "diag", None)
    return " ".join((diagnostics.message_primary or "").split())
