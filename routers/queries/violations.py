"""The errors for violated constraints and values that cannot be calculated, with the members concerned."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from psycopg.errors import (
    DatetimeFieldOverflow,
    DivisionByZero,
    InvalidRegularExpression,
    NumericValueOutOfRange,
    StringDataRightTruncation,
)
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Table

from routers.exceptions import Conflict, InvalidRequest, ProblemError, RejectedValues
from routers.schemas.problem import Violation
from routers.tables.row_constraints import Unique, columns_in, columns_of, detail_of, key_columns, sql_of

_RESULTS = {
    StringDataRightTruncation.sqlstate: "is too long",
    NumericValueOutOfRange.sqlstate: "is out of range",
    DatetimeFieldOverflow.sqlstate: "is out of range",
    DivisionByZero.sqlstate: "requires a division by zero",
    InvalidRegularExpression.sqlstate: "is not a valid regular expression",
}
"""What is wrong with a calculated value, by SQLSTATE."""


class Written(NamedTuple):
    """What a request writes.

    Attributes:
        table: The table.
        members: The columns that are members of requests or responses; errors name no others.
        columns: The columns that get values of the request; errors point to no others.
    """

    table: Table
    members: Collection[str]
    columns: Collection[str]


def violation_error(
    constraint: ForeignKeyConstraint | CheckConstraint | Unique, written: Written
) -> ProblemError:
    """Return the error for a violated constraint."""
    if isinstance(constraint, ForeignKeyConstraint):
        return missing_target_error(constraint.column_keys[-1])
    if isinstance(constraint, CheckConstraint):
        return _rejected_error(constraint, written)
    return _in_use_error(constraint, written)


def _in_use_error(unique: Unique, written: Written) -> Conflict:
    """Return a 409: another row of the owner has these values, or some that exclude them."""
    if detail := detail_of(unique):
        return Conflict(detail)
    names = _names(key_columns(written.table, unique) or columns_of(written.table, unique), written)
    if not names:
        return Conflict()
    subject = names[0] if len(names) == 1 else f"The combination of {_joined(names)}"
    return Conflict(f"{subject} is already in use.")


def _rejected_error(check: CheckConstraint, written: Written) -> RejectedValues:
    """Return a 422: the row would violate a rule of its table."""
    columns = columns_in(written.table, sql_of(check.sqltext))
    names = _names(columns, written)
    subject = f"value of {names[0]}" if len(names) == 1 else f"combination of {_joined(names) or 'values'}"
    return values_error(columns, written, detail_of(check) or f"The {subject} is not allowed.")


def result_error(sources: Collection[str], written: Written, sqlstate: str) -> RejectedValues:
    """Return a 422: a value cannot be calculated from those of these columns."""
    columns = [column for column in written.table.columns if column.name in sources]
    names = _joined(_names(columns, written))
    subject = f"A value that is calculated from {names}" if names else "A value"
    return values_error(columns, written, f"{subject} {_RESULTS.get(sqlstate, 'is not valid')}.")


def values_error(columns: Iterable[Column[Any]], written: Written, detail: str) -> RejectedValues:
    """Return a 422 about the values of columns; it points to those that the request writes."""
    names = {column.name for column in columns}.intersection(written.members, written.columns)
    pointers = [f"/{name}" for name in sorted(names)] or [""]
    return RejectedValues([Violation(pointer=each, detail=detail) for each in pointers])


def _names(columns: Iterable[Column[Any]], written: Written) -> list[str]:
    return sorted(f"`{column.name}`" for column in columns if column.name in written.members)


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def missing_target_error(*names: str) -> InvalidRequest:
    """Return a 422: these references point to no row of the owner."""
    detail = "No resource has this id."
    return InvalidRequest([Violation(pointer=f"/{name}", detail=detail) for name in names])


def referenced_error() -> Conflict:
    """Return a 409: other rows refer to this one."""
    return Conflict("Other resources refer to this one. Delete them first.")


def immutable_error() -> Conflict:
    """Return a 409: a write-once member has another value."""
    return Conflict("A member that cannot be changed after creation has another value.")
