"""Explain why a conditional write had no effect: the conflict query, and the error for its result."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Select,
    Table,
    UniqueConstraint,
    bindparam,
    exists,
    false,
    or_,
    select,
)

from routers.exceptions import Conflict, InvalidRequest, NotFound, ProblemError
from routers.queries.ownership import OWNER
from routers.schemas.problem import Violation
from routers.tables.constraints import uniques
from routers.tables.foreign_keys import references, referring

_DANGLING, _TAKEN = "dangling__", "taken__"
"""Prefixes of column labels: a reference without its target, a unique value in use."""


def update_conflicts(
    table: Table, row: Select[Any], values: Mapping[str, BindParameter[Any]], write_once: Iterable[str]
) -> Iterator[ColumnElement[bool]]:
    """Yield a boolean column for each reason, other than the preconditions, why an update of `row` fails."""
    yield exists(row).label("present")
    changed = [table.c[name].is_distinct_from(values[name]) for name in write_once if name in values]
    yield exists(row.where(or_(false(), *changed))).label("immutable")
    for index, unique in enumerate(uniques(table)):
        columns = {column.name for column in unique.columns} - {"owner_id"}
        if isinstance(unique, UniqueConstraint) and columns <= set(values):
            other = table.alias()
            same = [other.c[name] == values[name] for name in sorted(columns)]
            rows = select(other.c.id).where(*_owned(other), *same, other.c.id != bindparam("row_id"))
            yield exists(rows).label(f"{_TAKEN}{index}")
    for name, constraint in references(table).items():
        if name in values:
            target = exists(_target(constraint, values[name]))
            yield (values[name].is_not(None) & ~target).label(_DANGLING + name)


def delete_conflicts(table: Table, row: Select[Any]) -> Iterator[ColumnElement[bool]]:
    """Yield a boolean column for each reason, other than the preconditions, why a delete of `row` fails."""
    yield exists(row).label("present")
    (row_id,) = row.selected_columns
    yield exists(row.where(or_(false(), *blocking_conditions(table, row_id)))).label("referenced")


def blocking_conditions(
    table: Table, row_id: ColumnElement[Any], seen: frozenset[Table] = frozenset()
) -> Iterator[Any]:
    """Yield conditions that hold if other rows prevent a delete, directly or through a cascade."""
    for constraint in referring(table):
        other = constraint.table.alias()
        rows = select(other.c.id).where(*_owned(other), other.c[constraint.column_keys[-1]] == row_id)
        if constraint.ondelete != "CASCADE":
            yield exists(rows)
        elif constraint.table not in seen:
            deeper = list(blocking_conditions(constraint.table, other.c.id, seen | {constraint.table}))
            if deeper:
                yield exists(rows.where(or_(*deeper)))


def _target(constraint: ForeignKeyConstraint, value: BindParameter[Any]) -> Select[Any]:
    target = constraint.referred_table.alias()
    return select(target.c.id).where(*_owned(target), target.c.id == value)


def _owned(table: Any) -> list[ColumnElement[bool]]:
    return [table.c.owner_id == OWNER] if "owner_id" in table.c else []


def explain(conflicts: Mapping[str, bool], table: Table, *, creating: bool = False) -> ProblemError | None:
    """Return the error that a write without effect would raise without preconditions; None for none.

    Only if there is none, the preconditions are the reason (RFC 9110 section 13.2.1).
    """
    if not conflicts["present"] and not creating:
        return NotFound()
    if conflicts.get("referenced"):
        return referenced_error()
    if conflicts.get("immutable"):
        return immutable_error()
    for index, unique in enumerate(uniques(table)):
        if conflicts.get(f"{_TAKEN}{index}"):
            return in_use_error(unique)
    dangling = [name for name, found in conflicts.items() if name.startswith(_DANGLING) and found]
    if dangling:
        return missing_target_error(*(name.removeprefix(_DANGLING) for name in dangling))
    return None


def in_use_error(unique: UniqueConstraint | Index) -> Conflict:
    """Return a 409: another row of the owner has these values."""
    names = sorted({column.name for column in unique.columns} - {"owner_id"})
    if len(names) == 1:
        return Conflict(f"`{names[0]}` is already in use.")
    return Conflict(f"The combination of {' and '.join(f'`{name}`' for name in names)} is already in use.")


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
