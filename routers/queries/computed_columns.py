"""Columns that the database computes whenever a row is created or changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Table,
    bindparam,
    cast,
    func,
    literal,
    null,
    type_coerce,
)
from sqlalchemy.sql.visitors import iterate

from routers.tables.row_constraints import columns_in, is_plain, keys_of, sql_of, uniques


@dataclass(frozen=True)
class Computed:
    """A column that clients cannot write: its value follows from the other columns of the row.

    Attributes:
        column: The name of the column.
        value: A function of the new and the old row (NEW and OLD, as in a PostgreSQL trigger), each with
            the columns as SQL expressions, that returns an SQL expression. For a row that is created, all
            of OLD is NULL. The expression is part of the statement that writes the row, so it never misses
            a change; if nothing that it depends on has changed, it should return OLD's value.

    Example:
        `Computed("sealed_at", lambda new, old: case((new.sealed, func.coalesce(old.sealed_at, func.now()))))`
    """

    column: str
    value: Callable[[Any, Any], ColumnElement[Any]]


def compute(
    columns: Iterable[Computed], table: Table, new: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> dict[str, ColumnElement[Any]]:
    """Return the expressions of computed columns, for a row that is created or, with `old`, changed."""
    nulls = {column.name: type_coerce(null(), column.type) for column in table.c}
    before = nulls if old is None else dict(old)
    values = {**(_defaults(table) if old is None else {}), **new}
    after = before | {name: _typed(value, table.c[name]) for name, value in values.items()}
    expressions = {}
    for column in columns:
        value = column.value(SimpleNamespace(**after), SimpleNamespace(**before))
        expressions[column.column] = after[column.column] = value
    return expressions


def calculated_from(columns: Iterable[Computed], table: Table) -> frozenset[str]:
    """Return the columns that computed and generated columns and the expressions of indexes use."""
    row = dict(table.c)
    elements = (each for value in compute(columns, table, row, row).values() for each in iterate(value))
    keys = (key for unique in uniques(table) for key, _ in keys_of(unique) if not is_plain(key))
    generated = (sql_of(column.computed.sqltext) for column in table.c if column.computed)
    texts = columns_in(table, *keys, *generated)
    return frozenset(each.name for each in (*elements, *texts) if isinstance(each, Column))


def _typed(value: Any, column: Column[Any]) -> Any:
    """Return a parameter with the type of its column, which PostgreSQL else derives from each of its uses."""
    return cast(value, column.type) if isinstance(value, BindParameter) else value


def _defaults(table: Table) -> dict[str, Any]:
    """Return what a new row has in the columns that the statement omits; a default function is NULL here."""
    constants = {
        column.name: literal(getattr(column.default, "arg", None), column.type)
        for column in table.c
        if column.default is not None and column.default.is_scalar
    }
    server = {"created_at": func.now(), "updated_at": func.now(), "version": literal(1)}
    return {**constants, **server, "id": bindparam("row_id", type_=table.c.id.type)}
