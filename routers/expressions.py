"""SQL expressions in a hand-written route: over the columns of the row, and nothing beyond it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

_BEYOND = (SelectBase, AliasedReturnsRows, TableClause, TextClause)


def is_expression(value: object) -> bool:
    """Whether a value is for the database to compute."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")


def refuse_foreign(values: Iterable[Any], table: Table) -> None:
    """Refuse an expression that could reach beyond the row: it would leave the owner's scope.

    Raises:
        TypeError: it holds a subquery, a piece of SQL text or a column of another table.
    """
    for value in values:
        if isinstance(value, list | tuple | set | frozenset):
            refuse_foreign(value, table)
        elif isinstance(value, dict):
            refuse_foreign(value.values(), table)
        elif is_expression(value):
            for element in iterate(_clause(value)):
                if _reaches_beyond(element, table):
                    raise TypeError(f"{element}: an expression is over the columns of {table.name} alone.")


def _clause(value: Any) -> Any:
    return value.__clause_element__() if hasattr(value, "__clause_element__") else value


def _reaches_beyond(element: Any, table: Table) -> bool:
    if isinstance(element, ColumnClause):
        return element.is_literal or element.table is None or element.table.description != table.description
    return isinstance(element, _BEYOND)
