"""Why a write was refused: told from the facts around the row, or from the constraint that stopped it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psycopg.errors import CheckViolation
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Constraint,
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
from sqlalchemy.exc import IntegrityError

from routers.api.validation_errors import Violation
from routers.database.statement import DIALECT
from routers.exceptions import Conflict, InvalidRequest, NotFound, PreconditionFailed, ProblemError
from routers.queries.ownership import OWNER
from routers.tables.foreign_keys import references, referring

_NAMES: Any = DIALECT.identifier_preparer
_DANGLING, _TAKEN = "dangling__", "taken__"


def facts(
    table: Table, row: Select[Any], new: Mapping[str, BindParameter[Any]], write_once: Iterable[str]
) -> Iterator[ColumnElement[bool]]:
    """What explains a change without effect: what would have become of it without its preconditions."""
    yield exists(row).label("present")
    changed = [table.c[name].is_distinct_from(new[name]) for name in write_once if name in new]
    yield exists(row.where(or_(false(), *changed))).label("differs")
    for place, unique in enumerate(uniques(table)):
        columns = {column.name for column in unique.columns} - {"owner_id"}
        if isinstance(unique, UniqueConstraint) and columns <= set(new):
            other = table.alias()
            same = [other.c[name] == new[name] for name in sorted(columns)]
            found = exists(select(other.c.id).where(*_own(other), *same, other.c.id != bindparam("row_id")))
            yield found.label(f"{_TAKEN}{place}")
    for name, constraint in references(table).items():
        if name in new:
            found = exists(_target(constraint, new[name]))
            yield (new[name].is_not(None) & ~found).label(_DANGLING + name)


def deletion_facts(table: Table, row: Select[Any]) -> Iterator[ColumnElement[bool]]:
    """The same for a row that was to be deleted."""
    yield exists(row).label("present")
    (row_id,) = row.selected_columns
    yield exists(row.where(or_(false(), *keepers(table, row_id)))).label("kept")


def keepers(table: Table, row_id: ColumnElement[Any], seen: frozenset[Table] = frozenset()) -> Iterator[Any]:
    """The conditions under which other rows keep one from being deleted, at once or through a cascade."""
    for constraint in referring(table):
        other = constraint.table.alias()
        rows = select(other.c.id).where(*_own(other), other.c[constraint.column_keys[-1]] == row_id)
        if constraint.ondelete != "CASCADE":
            yield exists(rows)
        elif constraint.table not in seen:
            deeper = list(keepers(constraint.table, other.c.id, seen | {constraint.table}))
            if deeper:
                yield exists(rows.where(or_(*deeper)))


def _target(constraint: ForeignKeyConstraint, value: BindParameter[Any]) -> Select[Any]:
    target = constraint.referred_table.alias()
    return select(target.c.id).where(*_own(target), target.c.id == value)


def _own(table: Any) -> list[ColumnElement[bool]]:
    return [table.c.owner_id == OWNER] if "owner_id" in table.c else []


def judged(found: Mapping[str, bool], table: Table, *, creating: bool = False) -> ProblemError:
    """The answer to a request whose statement had no effect, by its facts (RFC 9110 section 13.2.1).

    What would have failed without the preconditions fails in the same way with them.
    """
    if not found["present"] and not creating:
        return NotFound()
    if found.get("kept"):
        return kept()
    if found.get("differs"):
        return fixed()
    for place, unique in enumerate(uniques(table)):
        if found.get(f"{_TAKEN}{place}"):
            return _taken(unique)
    if dangling := [name for name, is_so in found.items() if name.startswith(_DANGLING) and is_so]:
        return _dangling(*(name.removeprefix(_DANGLING) for name in dangling))
    return PreconditionFailed()


def refusal(error: IntegrityError, table: Table, *, deleting: bool) -> ProblemError | None:
    """The answer to what a constraint has stopped; None where no request should have come so far."""
    if deleting:
        return kept()
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    ours = {_name(each): each for each in (*references(table).values(), *uniques(table))}
    # By its beginning: where a table is spread over several servers, each adds something of its own.
    for name in sorted(ours, key=len, reverse=True):
        if named.startswith(name):
            constraint = ours[name]
            if isinstance(constraint, ForeignKeyConstraint):
                return _dangling(constraint.column_keys[-1])
            return _taken(constraint)
    if getattr(error.orig, "sqlstate", None) == CheckViolation.sqlstate:
        return InvalidRequest([Violation(pointer="", detail="These values do not go together.")])
    return None


def uniques(table: Table) -> list[UniqueConstraint | Index]:
    """What must be unique among the rows of an owner."""
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [*constraints, *(index for index in table.indexes if index.unique)]


def _name(constraint: Constraint | Index) -> str:
    """What PostgreSQL calls it."""
    format_name = _NAMES.format_index if isinstance(constraint, Index) else _NAMES.format_constraint
    return str(format_name(constraint)).strip('"')


def _taken(unique: UniqueConstraint | Index) -> Conflict:
    names = " and ".join(sorted({column.name for column in unique.columns} - {"owner_id"}))
    return Conflict(f"Another one has this {names} already.")


def _dangling(*names: str) -> InvalidRequest:
    detail = "There is nothing with this id."
    return InvalidRequest([Violation(pointer=f"/{name}", detail=detail) for name in names])


def kept() -> Conflict:
    """409: a row that others refer to."""
    return Conflict("Others refer to this one: delete them first.")


def fixed() -> Conflict:
    """409: a value that was given at creation and stays."""
    return Conflict("A member that is set once has another value already.")
