"""SQL expressions of custom routes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnClause, SelectBase, Table, TableClause, TextClause
from sqlalchemy.sql.elements import ClauseElement, ClauseList
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

_FORBIDDEN = (SelectBase, AliasedReturnsRows, TableClause, TextClause)


def is_expression(value: object) -> bool:
    """Check whether a value is an SQL expression."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")


class Expressions:
    """SQL expressions of a request, split into what stays the same between requests and what varies.

    Attributes:
        key: Equal for equal expressions, whatever the values in them; None if SQLAlchemy has no cache key.
        names: The names of the bind parameters, in the order of their first occurrence.
    """

    def __init__(self, clauses: Sequence[Any]) -> None:
        """Split expressions: clauses or whole statements."""
        # As one list, so that the key covers what two expressions share.
        whole = clauses[0] if len(clauses) == 1 else ClauseList(*clauses)
        # SQLAlchemy's own cache key.
        found = whole._generate_cache_key()  # noqa: SLF001 # compiling to compare the text costs five times as much
        self.key = found.key if found else None
        self._parameters: Sequence[BindParameter[Any]] = found.bindparams if found else ()
        self.names = tuple(each.key for each in self._parameters)

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the values, under the names that they have in equal expressions."""
        return dict(zip(names, (each.effective_value for each in self._parameters), strict=True))


def split_changes(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the changes of a row into those by an SQL expression and those to a value."""
    clauses = {name: clause_of(changes[name]) for name in sorted(changes) if is_expression(changes[name])}
    return clauses, {name: value for name, value in changes.items() if name not in clauses}


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
            for element in iterate(clause_of(value)):
                if _is_forbidden(element, table):
                    raise TypeError(f"{element}: an expression may use the columns of {table.name} only.")


def clause_of(value: Any) -> Any:
    """Return the clause of an expression; an attribute of a model contains one.

    Raises:
        TypeError: the value is no SQL expression.
    """
    if not is_expression(value):
        raise TypeError(f"{value!r} is no SQL expression: write `col(Task.title).is_(None)`, for example.")
    return value if isinstance(value, ClauseElement) else value.__clause_element__()


def _is_forbidden(element: Any, table: Table) -> bool:
    if isinstance(element, ColumnClause):
        return element.is_literal or element.table is None or element.table.description != table.description
    return isinstance(element, _FORBIDDEN)
