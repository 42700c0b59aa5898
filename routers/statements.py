"""The SQL of a resource: one statement per operation, built once, each under the ownership policy."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
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
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert

from routers.filters import Parameter
from routers.models import OwnedRow, table_of
from routers.pagination import Sort
from routers.policy import OWNER, ownership

KEPT = 256
"""How many variants of a statement are kept."""

CREATED = "was_created"
"""The column in which a `put` says whether it created the row."""


def new(column: str) -> str:
    """The name of the bind parameter that holds a column's new value."""
    return f"new__{column}"


class Statements:
    """What a resource asks of its table; every statement needs the bind parameter of `OWNER`."""

    def __init__(
        self,
        model: type[OwnedRow],
        readable: Iterable[str],
        writable: Iterable[str],
        filters: Mapping[str, Parameter],
    ) -> None:
        """Prepare the statements of a model that answer `readable` and write `writable` columns."""
        self.table = table_of(model)
        self._policy = ownership(model, OWNER)
        self._answer = [self.table.c[name] for name in readable]
        self._writable = tuple(writable)
        self._filters = filters
        self._this = self.table.c.id == bindparam("row_id")
        # Which filters and columns come together is the clients' choice: only so many are kept.
        self.listing = lru_cache(KEPT)(self._listing)
        self.update = lru_cache(KEPT)(self._update)

    def _listing(self, sort: Sort, filters: frozenset[str], *, after: bool) -> Select[Any]:
        """A page in this order, narrowed by these filters, from the start or after a position."""
        narrowed = [self._filters[name].condition for name in sorted(filters)]
        position = [sort.beyond(self.table)] if after else []
        return (
            select(*self._answer)
            .where(*self._policy.row_conditions("read"), *narrowed, *position)
            .order_by(*sort.order(self.table))
            .limit(bindparam("limit"))
        )

    @cached_property
    def get(self) -> Select[Any]:
        """One row."""
        return select(*self._answer).where(*self._policy.row_conditions("read"), self._this)

    @cached_property
    def create(self) -> ReturningInsert[Any]:
        """A new row, with the server's id."""
        return self._insert.returning(*self._answer)

    @cached_property
    def create_at(self) -> ReturningInsert[Any]:
        """A new row under the client's id, or nothing where there is one already."""
        return self._insert.on_conflict_do_nothing(index_elements=list(self.table.primary_key)).returning(
            *self._answer, literal_column("true").label(CREATED)
        )

    def put(self, conditions: Iterable[ColumnElement[bool]] = ()) -> ReturningInsert[Any]:
        """A row under the client's id, created or, under these conditions, replaced."""
        inserted = self._insert
        replacement = {name: inserted.excluded[name] for name in self._writable}
        own = self._policy.row_conditions("update")
        return inserted.on_conflict_do_update(
            index_elements=list(self.table.primary_key),
            set_={**replacement, **self._touch},
            where=and_(*own, *conditions),
        ).returning(*self._answer, literal_column("(xmax = 0)").label(CREATED))

    @cached_property
    def put_anyhow(self) -> ReturningInsert[Any]:
        """A row under the client's id, created or replaced."""
        return self.put()

    def _update(self, columns: frozenset[str]) -> Update:
        """New values for these columns of one row."""
        return self.update_by({name: self._value(name) for name in sorted(columns)})

    def update_by(self, expressions: Mapping[str, Any]) -> Update:
        """One row changed by SQL expressions."""
        return (
            update(self.table)
            .where(*self._policy.row_conditions("update"), self._this)
            .values({**expressions, **self._touch})
            .returning(*self._answer)
        )

    @cached_property
    def delete(self) -> ReturningDelete[Any]:
        """One row gone."""
        return (
            delete(self.table)
            .where(*self._policy.row_conditions("delete"), self._this)
            .returning(self.table.c.id)
        )

    @property
    def _insert(self) -> Insert:
        values = {name: self._value(name) for name in self._writable}
        return insert(self.table).values(owner_id=OWNER, id=bindparam("row_id"), **values)

    @property
    def _touch(self) -> dict[str, Any]:
        return {"updated_at": func.now(), "version": self.table.c.version + 1}

    def _value(self, column: str) -> BindParameter[Any]:
        return bindparam(new(column), type_=self.table.c[column].type)
