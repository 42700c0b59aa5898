"""The SQL statements of a resource that read or write many rows, each with the ownership policy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningInsert

from routers.queries.computed_columns import compute
from routers.queries.owner_compiler import generated
from routers.queries.ownership import OWNER
from routers.queries.sorting import Sort
from routers.queries.statements import Statements
from routers.tables.deadline import ONE_IN_TIME


def many_bind(column: str) -> str:
    """Return the name of the bind parameter for a column's values in several new rows."""
    return f"many__{column}"


class BulkStatements(Statements):
    """The statements of one table. Those with SQL expressions need `OWNER_DIALECT`."""

    def create_many(self, columns: frozenset[str]) -> ReturningInsert[Any]:
        """Insert rows from arrays, one for the ids and one for each of these columns."""
        names = ["id", *sorted(columns)]
        arrays = (
            bindparam(many_bind(name), type_=ARRAY(self.table.c[name].type, dimensions=1)) for name in names
        )
        typed = (column(name, self.table.c[name].type) for name in names)
        rows = func.unnest(*arrays).table_valued(*typed, name="new_rows").render_derived()
        values: dict[str, Any] = {name: rows.c[name] for name in names}
        values |= compute(self._computed, self.table, values)
        values |= {"owner_id": OWNER, "version": ONE_IN_TIME}
        self._check_granted("create")
        inserted: Insert = generated(insert(self.table))
        return inserted.from_select(list(values), select(*values.values())).returning(*self._columns)

    def update_where(
        self, condition: ColumnElement[bool], clauses: Mapping[str, Any], columns: Iterable[str]
    ) -> Select[Any]:
        """Update the rows that meet a condition; return their number.

        Raises:
            TypeError: an expression has columns of another table outside of a subquery.
        """
        self._check_own_columns([condition, *clauses.values()])
        changes = {**{name: self._value(name) for name in columns}, **clauses}
        return _count(self._update_all(changes).where(condition).returning(self.table.c.id))

    def delete_where(self, condition: ColumnElement[bool]) -> Select[Any]:
        """Delete the rows that meet a condition; return their number.

        Raises:
            TypeError: the condition has columns of another table outside of a subquery.
        """
        self._check_own_columns([condition])
        return _count(self.delete_all.where(condition, ONE_IN_TIME == 1))

    def list_where(
        self,
        conditions: Sequence[ColumnElement[bool]],
        sort: Sort,
        filters: frozenset[str],
        *,
        after: bool,
        count: bool,
    ) -> Select[Any]:
        """Select a page of the rows that also meet these conditions, like `list`.

        Raises:
            TypeError: a condition has columns of another table outside of a subquery.
        """
        self._check_own_columns(conditions)
        return self._list(sort, filters, after=after, count=count, others=conditions)


def _count(changed: Any) -> Select[Any]:
    """Count the rows that a statement returns."""
    return select(func.count()).select_from(changed.cte("changed_rows"))
