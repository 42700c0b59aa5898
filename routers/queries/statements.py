"""The SQL statements of a resource: one per operation, each with the ownership policy."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

from routers.queries.computed_columns import Computed, compute
from routers.queries.conflicts import delete_conflicts, update_conflicts
from routers.queries.derived_members import Columns
from routers.queries.filters import Parameter
from routers.queries.merge_patch import merged
from routers.queries.owner_compiler import generated
from routers.queries.ownership import OWNER, policy_of
from routers.queries.preconditions import VersionConditions
from routers.queries.sorting import Sort
from routers.queries.totals import with_total
from routers.tables.deadline import DEADLINE, ONE_IN_TIME
from routers.tables.rows import Row, table_of

CACHE_SIZE = 256
"""Maximum number of cached variants of a statement."""

CREATED = "was_created"
"""The last column of `put`: whether it created the row."""

RESERVED_BINDS = {"row_id", "self", "if_match", "if_none_match", CREATED, DEADLINE, str(OWNER.key)}
"""The names of bind parameters that no column may have."""


def value_bind(column: str) -> str:
    """Return the name of the bind parameter for a column's new value."""
    return f"new__{column}"


class Statements:
    """The statements of one table. Those of an owned table require the parameter of `OWNER`.

    Which filters and columns occur together is up to the clients, so each cache is bounded.
    """

    def __init__(
        self,
        model: type[Row],
        columns: Columns,
        members: Iterable[str],
        filters: Mapping[str, Parameter],
        write_once: Iterable[str] = (),
        computed: Iterable[Computed] = (),
    ) -> None:
        """Set up the statements of a model that return these members, which are among its columns."""
        self.table: Table = table_of(model)
        self._policy = policy_of(model, OWNER)
        self._by_name = columns
        self._columns = [columns[name] for name in members]
        self._filters = filters
        self._write_once = tuple(write_once)
        self._computed = tuple(computed)
        self._has_id = self.table.c.id == bindparam("row_id")
        self.list = lru_cache(CACHE_SIZE)(self._list)
        self.create = lru_cache(CACHE_SIZE)(self._create)
        self.create_at = lru_cache(CACHE_SIZE)(self._create_at)
        self.put = lru_cache(CACHE_SIZE)(self._put)
        self.replace = lru_cache(CACHE_SIZE)(self._replace)
        self.update = lru_cache(CACHE_SIZE)(self._update)
        self.update_conflicts = lru_cache(CACHE_SIZE)(self._update_conflicts)
        self.where = lru_cache(CACHE_SIZE)(self._where)

    def _list(
        self,
        sort: Sort,
        filters: frozenset[str],
        *,
        after: bool,
        count: bool = False,
        others: Sequence[ColumnElement[bool]] = (),
    ) -> Select[Any]:
        """Select a page in this order with these filters and other conditions.

        `after`: the page begins after a cursor. `count`: it has a total (see `with_total`).
        """
        filtered = [self._filters[name].condition for name in sorted(filters)]
        conditions = [*self._policy_conditions("read"), *filtered, *others]
        position = [sort.after_cursor(self._by_name)] if after else []
        page = (
            select(*self._columns)
            .where(*conditions, *position)
            .order_by(*sort.order_by(self._by_name))
            .limit(bindparam("limit"))
        )
        return with_total(page, sort, self.table, conditions) if count else page

    @cached_property
    def list_all(self) -> Select[Any]:
        """Select all rows, by id."""
        return select(*self._columns).where(*self._policy_conditions("read")).order_by(self.table.c.id)

    @cached_property
    def get(self) -> Select[Any]:
        """Select one row."""
        return select(*self._columns).where(*self._policy_conditions("read"), self._has_id)

    def _create(self, columns: frozenset[str]) -> ReturningInsert[Any]:
        """Insert a row with values for these columns, under the server's id."""
        return self._insert(columns).returning(*self._columns)

    def _create_at(self, columns: frozenset[str]) -> ReturningInsert[Any]:
        """Insert a row under the client's id, or nothing if the id exists."""
        return (
            self._insert(columns)
            .on_conflict_do_nothing(index_elements=list(self.table.primary_key))
            .returning(*self._columns, literal_column("true").label(CREATED))
        )

    def _put(self, columns: frozenset[str], conditions: VersionConditions) -> ReturningInsert[Any]:
        """Insert a row under the client's id or, if it meets the conditions, replace it.

        Nothing happens if the row exists with another value of a write-once column.
        """
        inserted = self._insert(columns)
        replacement = self._changed({name: inserted.excluded[name] for name in columns})
        same = [self.table.c[name].is_not_distinct_from(inserted.excluded[name]) for name in self._write_once]
        return inserted.on_conflict_do_update(
            index_elements=list(self.table.primary_key),
            set_=replacement,
            where=and_(*self._policy_conditions("update"), *same, *conditions.clauses(self.table)),
        ).returning(*self._columns, literal_column("(xmax = 0)").label(CREATED))

    def _replace(self, columns: frozenset[str], conditions: VersionConditions) -> ReturningUpdate[Any]:
        """Update all of these columns of an existing row, if it meets the conditions."""
        same = [self.table.c[name].is_not_distinct_from(self._value(name)) for name in self._write_once]
        return self.update(columns).where(*same, *conditions.clauses(self.table))

    def _update(self, columns: frozenset[str], patched: frozenset[str] = frozenset()) -> ReturningUpdate[Any]:
        """Update these columns of one row to values, and others by merge patches."""
        return self._update_row(self._values(columns, patched))

    def update_by(
        self, clauses: Mapping[str, Any], columns: Iterable[str], patched: Iterable[str] = ()
    ) -> ReturningUpdate[Any]:
        """Update some columns of one row by SQL expressions, others to values or by merge patches.

        Raises:
            TypeError: an expression has columns of another table outside of a subquery.
        """
        self._check_own_columns(clauses.values())
        return self._update_row({**self._values(columns, patched), **clauses})

    def _values(self, columns: Iterable[str], patched: Iterable[str]) -> dict[str, Any]:
        is_row = (*self._policy_conditions("update"), self._has_id)
        patches = {name: merged(self.table.c[name], is_row, self._value(name)) for name in patched}
        return {**{name: self._value(name) for name in columns}, **patches}

    def _update_row(self, expressions: Mapping[str, Any]) -> ReturningUpdate[Any]:
        return self._update_all(expressions).where(self._has_id).returning(*self._columns)

    def _update_all(self, expressions: Mapping[str, Any]) -> Update:
        updated: Update = generated(update(self.table))
        return updated.where(*self._policy_conditions("update")).values(self._changed(expressions))

    def _check_own_columns(self, expressions: Iterable[Any]) -> None:
        for each in expressions:
            for table in select(each).get_final_froms():
                if table.description != self.table.description:
                    raise TypeError(
                        f"{each} has columns of {table.description}: use them in a subquery, such as "
                        "`col(Task.project_id).in_(select(Project.id).where(...))`."
                    )

    def _where(
        self, statement: ReturningUpdate[Any] | ReturningDelete[Any], conditions: VersionConditions
    ) -> Any:
        """Add conditions to a statement."""
        return statement.where(*conditions.clauses(self.table))

    @cached_property
    def delete(self) -> ReturningDelete[Any]:
        """Delete one row."""
        return self.delete_all.where(self._has_id, ONE_IN_TIME == 1)

    @cached_property
    def delete_all(self) -> ReturningDelete[Any]:
        """Delete all rows."""
        deleted: Delete = generated(delete(self.table))
        return deleted.where(*self._policy_conditions("delete")).returning(self.table.c.id)

    def _update_conflicts(self, columns: frozenset[str]) -> Any:
        """Select the conflicts that explain why these columns of one row were not updated."""
        values = {name: self._value(name) for name in columns}
        computed = compute(self._computed, self.table, values, dict(self.table.c))
        return select(*update_conflicts(self.table, self._row, values, computed, self._write_once))

    @cached_property
    def delete_conflicts(self) -> Any:
        """Select the conflicts that explain why one row was not deleted."""
        return select(*delete_conflicts(self.table, self._row))

    @property
    def _row(self) -> Select[Any]:
        return select(self.table.c.id).where(*self._policy_conditions("read"), self._has_id)

    def _policy_conditions(self, operation: Literal["read", "update", "delete"]) -> list[Any]:
        """Return the policy's conditions on the rows of an operation."""
        self._check_granted(operation)
        return self._policy.row_conditions(operation)

    def _check_granted(self, operation: Literal["read", "create", "update", "delete"]) -> None:
        if not self._policy.grants(operation):
            raise TypeError(f"{self.table.name} is public, so it is read-only.")

    def _insert(self, columns: frozenset[str]) -> Insert:
        self._check_granted("create")
        values = {name: self._value(name) for name in sorted(columns)}
        computed = compute(self._computed, self.table, values)
        inserted: Insert = generated(insert(self.table))
        return inserted.values(
            owner_id=OWNER, id=bindparam("row_id"), version=ONE_IN_TIME, **values, **computed
        )

    def _changed(self, expressions: Mapping[str, Any]) -> dict[str, Any]:
        """Return the SET clause of a change: these columns, the computed ones and the version."""
        return {
            **{name: expressions[name] for name in sorted(expressions)},
            **compute(self._computed, self.table, expressions, dict(self.table.c)),
            "updated_at": func.now(),
            "version": self.table.c.version + ONE_IN_TIME,
        }

    def _value(self, column: str) -> BindParameter[Any]:
        return bindparam(value_bind(column), type_=self.table.c[column].type)
