"""Explain why a conditional write had no effect: the conflict query, and the error for its result."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKeyConstraint,
    Select,
    Table,
    exists,
    false,
    or_,
    select,
)

from routers.exceptions import NotFound, ProblemError
from routers.queries.candidates import accepted, candidate, is_rejected, is_taken, owned
from routers.queries.violations import (
    Written,
    immutable_error,
    missing_target_error,
    referenced_error,
    violation_error,
)
from routers.tables.foreign_keys import references, referring
from routers.tables.row_constraints import check_constraints, uniques

_DANGLING, _REJECTED, _TAKEN = "dangling__", "rejected__", "taken__"
"""Prefixes of column labels: a reference without its target, a violated CHECK, a unique value in use."""


def update_conflicts(
    table: Table,
    row: Select[Any],
    values: Mapping[str, BindParameter[Any]],
    computed: Mapping[str, ColumnElement[Any]],
    write_once: Iterable[str],
) -> Iterator[ColumnElement[bool]]:
    """Yield a boolean column for each reason, other than the preconditions, why an update of `row` fails."""
    yield exists(row).label("present")
    changed = [table.c[name].is_distinct_from(values[name]) for name in write_once if name in values]
    yield exists(row.where(or_(false(), *changed))).label("immutable")
    new = candidate(table, {**values, **computed})
    checks = check_constraints(table)
    valid = accepted(new, checks)
    for index, check in enumerate(checks):
        yield is_rejected(new, check).label(f"{_REJECTED}{index}")
    for index, unique in enumerate(uniques(table)):
        yield is_taken(valid, unique, table).label(f"{_TAKEN}{index}")
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
        rows = select(other.c.id).where(*owned(other), other.c[constraint.column_keys[-1]] == row_id)
        if constraint.ondelete != "CASCADE":
            yield exists(rows)
        elif constraint.table not in seen:
            deeper = list(blocking_conditions(constraint.table, other.c.id, seen | {constraint.table}))
            if deeper:
                yield exists(rows.where(or_(*deeper)))


def _target(constraint: ForeignKeyConstraint, value: BindParameter[Any]) -> Select[Any]:
    target = constraint.referred_table.alias()
    return select(target.c.id).where(*owned(target), target.c.id == value)


def explain(
    conflicts: Mapping[str, bool], written: Written, *, creating: bool = False
) -> ProblemError | None:
    """Return the error that a write without effect would raise without preconditions; None for none.

    Only if there is none, the preconditions are the reason (RFC 9110 section 13.2.1).
    """
    return next(_errors(conflicts, written, creating=creating), None)


def _errors(conflicts: Mapping[str, bool], written: Written, *, creating: bool) -> Iterator[ProblemError]:
    if not conflicts["present"] and not creating:
        yield NotFound()
    if conflicts.get("referenced"):
        yield referenced_error()
    if conflicts.get("immutable"):
        yield immutable_error()
    for prefix, constraints in ((_REJECTED, check_constraints), (_TAKEN, uniques)):
        for index, constraint in enumerate(constraints(written.table)):
            if conflicts.get(f"{prefix}{index}"):
                yield violation_error(constraint, written)
    dangling = [name for name, found in conflicts.items() if name.startswith(_DANGLING) and found]
    if dangling:
        yield missing_target_error(*(name.removeprefix(_DANGLING) for name in dangling))
