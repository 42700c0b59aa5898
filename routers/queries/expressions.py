"""SQL expressions in a hand-written route: over the columns of the row, and nothing beyond it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.sql.elements import ClauseElement, ClauseList
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

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
        key: The same for the same expressions, whatever the values in them; None for some that others made.
        parameters: The bind parameters in the expressions, in the order of their first mention.
    """

    clauses: dict[str, Any]
    values: dict[str, Any]
    key: object
    parameters: list[BindParameter[Any]]

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> "Expressions":
        """Take changes apart."""
        clauses = {name: _clause(changes[name]) for name in sorted(changes) if is_expression(changes[name])}
        values = {name: value for name, value in changes.items() if name not in clauses}
        whole = next(iter(clauses.values())) if len(clauses) == 1 else ClauseList(*clauses.values())
        # What SQLAlchemy itself tells statements apart by; as one list, so that what two share is told too.
        found = whole._generate_cache_key()  # noqa: SLF001 # compiling, to see the text, costs five times as much
        if found is None:
            return cls(clauses, values, None, [])
        return cls(clauses, values, (*clauses, frozenset(values), found.key), list(found.bindparams))


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
    return value if isinstance(value, ClauseElement) else value.__clause_element__()


def _reaches_beyond(element: Any, table: Table) -> bool:
    if isinstance(element, ColumnClause):
        return element.is_literal or element.table is None or element.table.description != table.description
    return isinstance(element, _BEYOND)
