"""The constraints that rows can violate, as SQL: CHECK, unique and exclusion constraints, unique indexes."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    Index,
    Table,
    UniqueConstraint,
    column,
    func,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from routers.tables.dialect import DIALECT

Unique = UniqueConstraint | ExcludeConstraint | Index
"""What no two rows of an owner may have in common."""

EQUAL = "="

_STRING = re.compile(r"'(?:[^']|'')*'")
_PLAIN = re.compile(r"""(lower\()?("[^"]+"|\w+)(?(1)\))""")
_NAME = re.compile(r'"((?:[^"]|"")+)"|(?<![:\w])([A-Za-z_]\w*)(?!\s*\()')


def unique_ignoring_case(
    member: str, *, within: Sequence[str] = (), name: str | None = None, info: dict[str, Any] | None = None
) -> Index:
    """Return an element of `__table_args__`: no two rows of an owner have this text, whatever its case.

    With `within`, no two rows that have the same values of those members, too.

    Raises:
        TypeError: `within` is a text.
    """
    if isinstance(within, str):
        raise TypeError(f'within is a text: write within=["{within}"].')
    return Index(name, "owner_id", *within, func.lower(column(member)), unique=True, info=info)


def uniques(table: Table) -> list[Unique]:
    """Return the unique and exclusion constraints and the unique indexes of a table, by name."""
    constraints = (
        each for each in table.constraints if isinstance(each, UniqueConstraint | ExcludeConstraint)
    )
    return sorted([*constraints, *(index for index in table.indexes if index.unique)], key=_name)


def check_constraints(table: Table) -> list[CheckConstraint]:
    """Return the CHECK constraints of a table, by name."""
    constraints = table.constraints.union(*(column.constraints for column in table.columns))
    return sorted((each for each in constraints if isinstance(each, CheckConstraint)), key=_name)


def _name(constraint: Constraint | Index) -> str:
    return str(constraint.name)


def keys_of(unique: Unique) -> list[tuple[str, str]]:
    """Return the expressions of which no two rows have values that match by the operators beside them."""
    if isinstance(unique, ExcludeConstraint):
        # SQLAlchemy has no public name for them.
        return [(sql_of(expression), operator) for expression, _, operator in vars(unique)["_render_exprs"]]
    expressions = unique.expressions if isinstance(unique, Index) else unique.columns
    return [(sql_of(each), EQUAL) for each in expressions]


def is_plain(key: str) -> bool:
    """Check whether a key is a column, as it is or in lower case, so its length is that of the column."""
    return bool(_PLAIN.fullmatch(key))


def ignores_case(key: str) -> bool:
    """Check whether a key is a column in lower case."""
    match = _PLAIN.fullmatch(key)
    return match is not None and match[1] is not None


def predicate_of(unique: Unique) -> str | None:
    """Return the condition of a partial index or constraint; None if it applies to every row."""
    if isinstance(unique, UniqueConstraint):
        return None
    predicate = (
        unique.where
        if isinstance(unique, ExcludeConstraint)
        else unique.dialect_options["postgresql"]["where"]
    )
    return None if predicate is None else sql_of(predicate)


def nulls_are_equal(unique: Unique) -> bool:
    """Check for NULLS NOT DISTINCT."""
    return not isinstance(unique, ExcludeConstraint) and bool(
        unique.dialect_options["postgresql"]["nulls_not_distinct"]
    )


def sql_of(expression: Any) -> str:
    """Return an expression over the columns of one table as SQL."""
    if isinstance(expression, str):
        return expression
    options = {"literal_binds": True, "include_table": False}
    sql = str(expression.compile(dialect=DIALECT, compile_kwargs=options))
    return sql.replace("%%", "%")  # this dialect doubles each of them


def columns_in(table: Table, *sql: str) -> list[Column[Any]]:
    """Return the columns of a table that SQL expressions contain."""
    found = {
        quoted.replace('""', '"') or plain.lower()
        for each in sql
        for quoted, plain in _NAME.findall(_STRING.sub("", each))
    }
    return [column for column in table.columns if column.name in found]


def key_columns(table: Table, unique: Unique) -> list[Column[Any]]:
    """Return the columns of which no two rows have matching values, without the owner."""
    return _without_owner(columns_in(table, *(key for key, _ in keys_of(unique))))


def columns_of(table: Table, unique: Unique) -> list[Column[Any]]:
    """Return the columns that decide whether a row violates a constraint, without the owner."""
    keys = (key for key, _ in keys_of(unique))
    return _without_owner(columns_in(table, *keys, predicate_of(unique) or ""))


def _without_owner(columns: list[Column[Any]]) -> list[Column[Any]]:
    return [column for column in columns if column.name != "owner_id"]


def detail_of(constraint: Constraint | Index) -> str | None:
    """Return the sentence for clients that the author of a constraint has written."""
    detail: str | None = constraint.info.get("detail")
    return detail
