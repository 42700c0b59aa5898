"""Columns whose value the database computes whenever a row is created or changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, literal, null, type_coerce


@dataclass(frozen=True)
class Computed:
    """A column that nobody writes: its value follows from the row's others.

    Attributes:
        column: Its name.
        value: A function of the row as it will be and as it was (NEW and OLD, as in a trigger of
            PostgreSQL), each with the columns as SQL expressions, that answers an SQL expression. When a
            row is created, all of OLD is NULL. It is part of the statement that writes the row, so it
            never misses a change; where nothing that it looks at has changed, it should answer OLD's value.

    Example:
        `Computed("sealed_at", lambda new, old: case((new.sealed, func.coalesce(old.sealed_at, func.now()))))`
    """

    column: str
    value: Callable[[Any, Any], ColumnElement[Any]]


def compute(
    columns: Iterable[Computed], table: Table, new: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> dict[str, ColumnElement[Any]]:
    """The values of computed columns, for a row that becomes `new` and was `old`."""
    was = {column.name: type_coerce(null(), column.type) for column in table.c} if old is None else dict(old)
    will_be = {**was, **(_defaults(table) if old is None else {}), **new}
    computed = {}
    for each in columns:
        value = each.value(SimpleNamespace(**will_be), SimpleNamespace(**was))
        computed[each.column] = will_be[each.column] = value
    return computed


def _defaults(table: Table) -> dict[str, Any]:
    """What columns have in a new row that its statement does not name; a default that varies is NULL here."""
    fixed = {
        column.name: literal(getattr(column.default, "arg", None), column.type)
        for column in table.c
        if column.default is not None and column.default.is_scalar
    }
    now = {"created_at": func.now(), "updated_at": func.now(), "version": literal(1)}
    return {**fixed, **now, "id": bindparam("row_id", type_=table.c.id.type)}
