"""SQL expressions in a custom route: over the columns of one row only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.sql.elements import ClauseElement, ClauseList
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

_FORBIDDEN = (SelectBase, AliasedReturnsRows, TableClause, TextClause)


def is_expression(value: object) -> bool:
    """Check whether a value is an SQL expression."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")


@dataclass(frozen=True)
class Changes:
    """The changes of a row, split into what stays the same between requests and what varies.

    Attributes:
        clauses: The columns that are set to an SQL expression.
        values: The columns that are set to a value.
        key: Equal for equal expressions, whatever the values in them; None if SQLAlchemy has no cache key.
        parameters: The bind parameters of the expressions, in the order of their first occurrence.
    """

    clauses: dict[str, Any]
    values: dict[str, Any]
    key: object
    parameters: list[BindParameter[Any]]

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> "Changes":
        """Split changes."""
        clauses = {name: _clause(changes[name]) for name in sorted(changes) if is_expression(changes[name])}
        values = {name: value for name, value in changes.items() if name not in clauses}
        whole = next(iter(clauses.values())) if len(clauses) == 1 else ClauseList(*clauses.values())
        # SQLAlchemy's own cache key. As one list, so that the key covers what two expressions share.
        found = whole._generate_cache_key()  # noqa: SLF001 # compiling to compare the text costs five times as much
        if found is None:
            return cls(clauses, values, None, [])
        return cls(clauses, values, (*clauses, frozenset(values), found.key), list(found.bindparams))


def check_expressions(values: Iterable[Any], table: Table) -> None:
    """Reject expressions that could reach beyond the row, and so leave the owner's scope.

    Raises:
        TypeError: an expression contains a subquery, SQL text or a column of another table.
    """
    for value in values:
        if isinstance(value, list | tuple | set | frozenset):
            check_expressions(value, table)
        elif isinstance(value, dict):
            check_expressions(value.values(), table)
        elif is_expression(value):
            for element in iterate(_clause(value)):
                if _is_forbidden(element, table):
                    raise TypeError(f"{element}: an expression may use the columns of {table.name} only.")


def _clause(value: Any) -> Any:
    return value if isinstance(value, ClauseElement) else value.__clause_element__()


def _is_forbidden(element: Any, table: Table) -> bool:
    if isinstance(element, ColumnClause):
        return element.is_literal or element.table is None or element.table.description != table.description
    return isinstance(element, _FORBIDDEN)
