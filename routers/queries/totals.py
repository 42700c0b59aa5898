"""A page with a total: the number of rows on all pages, counted by the statement that selects the page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select, true

from routers.queries.sorting import Sort

_TOTAL = "total_rows"


def with_total(
    page: Select[Any], sort: Sort, table: Table, conditions: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """Add the number of rows of the table that meet these conditions to a page, as its last column.

    A page without rows becomes one row, in which the other columns are null.
    """
    total = select(func.count().label(_TOTAL)).select_from(table).where(*conditions).subquery("total")
    rows = page.subquery("page")
    joined = select(*rows.c, total.c[_TOTAL]).select_from(total.outerjoin(rows, true()))
    return joined.order_by(*sort.order_by(dict(rows.c.items())))


def split_total(rows: Sequence[tuple[Any, ...]]) -> tuple[Sequence[tuple[Any, ...]], int]:
    """Split the result of `with_total` into the rows of the page and the total."""
    (*first, total) = rows[0]
    is_empty = all(value is None for value in first)
    return [] if is_empty else [row[:-1] for row in rows], total
