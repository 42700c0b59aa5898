"""Members of a response that the database derives from other rows, whenever it returns a row."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from sqlalchemy import Column, ColumnElement, Exists, Label, ScalarSelect, Select, Table, cast
from sqlalchemy.sql.functions import FunctionElement

from routers.tables.column_types import type_of

Columns = Mapping[str, ColumnElement[Any]]
"""What a statement can return, filter and sort by: columns of the table and derived members, by name."""


@dataclass(frozen=True)
class Derived:
    """A read-only member whose value follows from other rows of the owner: a count, a sum, a latest date.

    The value is part of each statement that returns the row. Its subquery reads rows of the owner only, like
    a statement of `rows.select`. A change of the other rows changes neither `version` nor the ETag.

    Attributes:
        member: The name of the member in the response schema.
        value: A function of the row's columns that returns a SELECT of one value, or an SQL expression.

    Example:
        `Derived("task_count", lambda row: select(func.count()).where(col(Task.project_id) == row.id))`
    """

    member: str
    value: Callable[[Any], Any]

    def expression(self, table: Table, field: FieldInfo) -> ColumnElement[Any]:
        """Return the value for a row of the table, in the type of the member's field."""
        value = self.value(table.c)
        if isinstance(value, Select):
            value = value.scalar_subquery()
        return cast(value, type_of(field)).label(self.member)


def columns_of(table: Table, derived: Iterable[Derived], fields: Mapping[str, FieldInfo]) -> Columns:
    """Return the columns of a table and, of those derived members that are fields, their expressions."""
    return {
        **{column.name: column for column in table.c},
        **{
            each.member: each.expression(table, fields[each.member])
            for each in derived
            if each.member in fields
        },
    }


def can_be_null(expression: ColumnElement[Any]) -> bool:
    """Check whether a value can be null; of derived ones only a count, EXISTS and COALESCE cannot."""
    if isinstance(expression, Column):
        return bool(expression.nullable)
    value = expression.element.clause if isinstance(expression, Label) else expression
    if isinstance(value, ScalarSelect):
        (column,) = value.element.selected_columns
        return not _is_call(column, "count") or bool(_REMOVES_ROWS.search(str(value.element)))
    return not (isinstance(value, Exists) or _is_call(value, "coalesce"))


_REMOVES_ROWS = re.compile("GROUP BY|HAVING|LIMIT|OFFSET|FETCH")


def _is_call(value: Any, name: str) -> bool:
    return isinstance(value, FunctionElement) and getattr(value, "name", "") == name
