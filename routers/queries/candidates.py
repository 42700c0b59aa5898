"""The row that a change would write, and the constraints that it would violate."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    exists,
    false,
    literal_column,
    select,
)

from routers.queries.ownership import OWNER
from routers.tables.row_constraints import EQUAL, Unique, keys_of, nulls_are_equal, predicate_of, sql_of

_ONE = literal_column("1", Integer())


def owned(table: Any) -> list[ColumnElement[bool]]:
    """Return the conditions on the rows of a table or alias that the owner can refer to."""
    return [table.c.owner_id == OWNER] if "owner_id" in table.c else []


def candidate(table: Table, new: Mapping[str, ColumnElement[Any]]) -> CTE:
    """Select the row with the parameter `row_id` as it would be with new values, whether it exists or not."""
    row_id: ColumnElement[Any] = bindparam("row_id")
    is_row = and_(*owned(table), table.c.id == row_id)
    known = {"owner_id": OWNER, "id": row_id, **new}
    values = (
        (cast(known[column.name], column.type) if column.name in known else column).label(column.name)
        for column in table.columns
    )
    return select(*values).select_from(select(_ONE).subquery().outerjoin(table, is_row)).cte()


def accepted(row: CTE, checks: Iterable[CheckConstraint]) -> CTE:
    """Select a candidate if it violates no CHECK constraint: what is unique may be undefined for others."""
    conditions = [_condition(sql_of(check.sqltext)).is_not(false()) for check in checks]
    return select(row).where(*conditions).cte()


def is_rejected(row: CTE, check: CheckConstraint) -> ColumnElement[bool]:
    """Check whether a candidate violates a CHECK constraint."""
    return exists(select(_ONE).select_from(row).where(_condition(f"NOT ({sql_of(check.sqltext)})")))


def is_taken(row: CTE, unique: Unique, table: Table) -> ColumnElement[bool]:
    """Check whether a candidate has what another row of the owner has, and no two rows may have."""
    mine = _select_keys(unique).select_from(row).subquery()
    others = _select_keys(unique).select_from(table).where(*owned(table), table.c.id != bindparam("row_id"))
    other = others.subquery()
    same = []
    for (_, operator), new, existing in zip(keys_of(unique), mine.c, other.c, strict=True):
        if operator == EQUAL and nulls_are_equal(unique):
            same.append(new.is_not_distinct_from(existing))
        else:
            same.append(new.bool_op(operator)(existing))
    return exists(select(_ONE).select_from(mine.join(other, and_(*same))))


def _select_keys(unique: Unique) -> Select[Any]:
    """Select the keys; in SQL text, columns have no table, so the one FROM element provides them."""
    keys: Iterable[ColumnElement[Any]] = (
        literal_column(f"({key})").label(f"key{index}") for index, (key, _) in enumerate(keys_of(unique))
    )
    predicate = predicate_of(unique)
    return select(*keys).where(*([] if predicate is None else [_condition(predicate)]))


def _condition(sql: str) -> ColumnElement[bool]:
    return literal_column(f"({sql})", Boolean())
