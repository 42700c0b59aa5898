"""SQL expressions in a hand-written route: over the columns of the row, and nothing beyond it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

from routers.prepared import DIALECT

_BEYOND = (SelectBase, AliasedReturnsRows, TableClause, TextClause)


def is_expression(value: object) -> bool:
    """Whether a value is for the database to compute."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")


@dataclass(frozen=True)
class Expressions:
    """Changes of a row, taken apart: what stays the same from request to request, and what does not.

    Attributes:
        clauses: The columns that get an SQL expression.
        values: Those that get a value.
        text: What the expressions read like, without the values in them.
        parameters: The names of the bind parameters in the expressions.
        arguments: Their values, in the same order.
    """

    clauses: dict[str, Any]
    values: dict[str, Any]
    text: object
    parameters: list[str]
    arguments: list[Any]

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> "Expressions":
        """Take changes apart."""
        clauses = {name: _clause(changes[name]) for name in sorted(changes) if is_expression(changes[name])}
        values = {name: value for name, value in changes.items() if name not in clauses}
        compiled = {name: clause.compile(dialect=DIALECT) for name, clause in clauses.items()}
        binds = [each.binds[name] for each in compiled.values() for name in each.positiontup or ()]
        return cls(
            clauses,
            values,
            (
                frozenset(values),
                *((name, str(each)) for name, each in compiled.items()),
                *(repr(bind.type) for bind in binds),
            ),
            [bind.key for bind in binds],
            [bind.effective_value for bind in binds],
        )


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
