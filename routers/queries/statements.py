"""The SQL of a resource: one statement per operation, built once, each under the ownership policy."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Select,
    Table,
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
from routers.queries.conflicts import deletion_facts, facts
from routers.queries.expressions import Expressions, refuse_foreign
from routers.queries.filters import Parameter
from routers.queries.ownership import OWNER, policy_of
from routers.queries.pagination import Sort
from routers.queries.preconditions import Asked
from routers.tables.rows import Row, table_of

KEPT = 256
"""How many variants of a statement are kept."""

CREATED = "was_created"
"""The column in which a `put` says whether it created the row."""


def new(column: str) -> str:
    """The name of the bind parameter that holds a column's new value."""
    return f"new__{column}"


class Statements:
    """What a resource asks of its table; every one of an owned table needs the parameter of `OWNER`."""

    def __init__(
        self,
        model: type[Row],
        readable: Iterable[str],
        filters: Mapping[str, Parameter],
        write_once: Iterable[str] = (),
        computed: Iterable[Computed] = (),
    ) -> None:
        """Prepare the statements of a model that answer `readable` columns."""
        self.table: Table = table_of(model)
        self._policy = policy_of(model, OWNER)
        self._answer = [self.table.c[name] for name in readable]
        self._filters = filters
        self._write_once = tuple(write_once)
        self._computed = tuple(computed)
        self._this = self.table.c.id == bindparam("row_id")
        # Which filters and columns come together is the clients' choice: only so many are kept.
        self._by_expression: dict[object, tuple[ReturningUpdate[Any], list[str]]] = {}
        self.listing = lru_cache(KEPT)(self._listing)
        self.create = lru_cache(KEPT)(self._create)
        self.create_at = lru_cache(KEPT)(self._create_at)
        self.put = lru_cache(KEPT)(self._put)
        self.replace = lru_cache(KEPT)(self._replace)
        self.update = lru_cache(KEPT)(self._update)
        self.verdict = lru_cache(KEPT)(self._verdict)
        self.where = lru_cache(KEPT)(self._where)

    def _listing(self, sort: Sort, filters: frozenset[str], *, after: bool) -> Select[Any]:
        """A page in this order, narrowed by these filters, from the start or after a position."""
        narrowed = [self._filters[name].condition for name in sorted(filters)]
        position = [sort.beyond(self.table)] if after else []
        return (
            select(*self._answer)
            .where(*self._rule("read"), *narrowed, *position)
            .order_by(*sort.order(self.table))
            .limit(bindparam("limit"))
        )

    @cached_property
    def get(self) -> Select[Any]:
        """One row."""
        return select(*self._answer).where(*self._rule("read"), self._this)

    def _create(self, columns: frozenset[str]) -> ReturningInsert[Any]:
        """A new row with values for these columns, under the server's id."""
        return self._insert(columns).returning(*self._answer)

    def _create_at(self, columns: frozenset[str]) -> ReturningInsert[Any]:
        """The same under the client's id, or nothing where there is one already."""
        return (
            self._insert(columns)
            .on_conflict_do_nothing(index_elements=list(self.table.primary_key))
            .returning(*self._answer, literal_column("true").label(CREATED))
        )

    def _put(self, columns: frozenset[str], asked: Asked) -> ReturningInsert[Any]:
        """A row under the client's id, created or, if it answers what is asked, replaced.

        Nothing where the row is there with another value of a write-once column.
        """
        inserted = self._insert(columns)
        replacement = self._written({name: inserted.excluded[name] for name in columns})
        same = [self.table.c[name].is_not_distinct_from(inserted.excluded[name]) for name in self._write_once]
        return inserted.on_conflict_do_update(
            index_elements=list(self.table.primary_key),
            set_=replacement,
            where=and_(*self._rule("update"), *same, *asked.conditions(self.table)),
        ).returning(*self._answer, literal_column("(xmax = 0)").label(CREATED))

    def _replace(self, columns: frozenset[str], asked: Asked) -> ReturningUpdate[Any]:
        """New values for all of these columns of a row that is there, if it answers what is asked."""
        same = [self.table.c[name].is_not_distinct_from(self._value(name)) for name in self._write_once]
        return self.update(columns).where(*same, *asked.conditions(self.table))

    def _update(self, columns: frozenset[str]) -> ReturningUpdate[Any]:
        """New values for these columns of one row."""
        return self._change({name: self._value(name) for name in columns})

    def update_by(self, changes: Mapping[str, Any]) -> tuple[ReturningUpdate[Any], dict[str, Any]]:
        """One row changed by SQL expressions or to values, with the values for its parameters.

        The expressions are made anew by each request; the statement is the same while they read the same.

        Raises:
            TypeError: an expression reaches beyond the row.
        """
        asked = Expressions.of(changes)
        known = self._by_expression.get(asked.key)
        if known is None:
            refuse_foreign(changes.values(), self.table)
            values = {name: self._value(name) for name in asked.values}
            known = self._change({**values, **asked.clauses}), [each.key for each in asked.parameters]
            self._keep(asked.key, known)
        statement, names = known
        arguments = (each.effective_value for each in asked.parameters)
        return statement, {
            **dict(zip(names, arguments, strict=True)),
            **{new(name): value for name, value in asked.values.items()},
        }

    def _keep(self, key: object, known: tuple[ReturningUpdate[Any], list[str]]) -> None:
        if key is not None:
            if len(self._by_expression) >= KEPT:
                self._by_expression.pop(next(iter(self._by_expression)))
            self._by_expression[key] = known

    def _change(self, expressions: Mapping[str, Any]) -> ReturningUpdate[Any]:
        return (
            update(self.table)
            .where(*self._rule("update"), self._this)
            .values(self._written(expressions))
            .returning(*self._answer)
        )

    def _where(self, statement: ReturningUpdate[Any] | ReturningDelete[Any], asked: Asked) -> Any:
        """The same change, if the row answers what is asked."""
        return statement.where(*asked.conditions(self.table))

    @cached_property
    def delete(self) -> ReturningDelete[Any]:
        """One row gone."""
        return delete(self.table).where(*self._rule("delete"), self._this).returning(self.table.c.id)

    def _verdict(self, columns: frozenset[str]) -> Any:
        """The facts that explain why one row did not get new values for these columns."""
        values = {name: self._value(name) for name in columns}
        return select(*facts(self.table, self._row, values, self._write_once))

    @cached_property
    def deletion_verdict(self) -> Any:
        """The facts that explain why one row was not deleted."""
        return select(*deletion_facts(self.table, self._row))

    @property
    def _row(self) -> Select[Any]:
        return select(self.table.c.id).where(*self._rule("read"), self._this)

    def _rule(self, operation: Literal["read", "update", "delete"]) -> list[Any]:
        """The policy's conditions on the rows that an operation reaches."""
        self._refuse_ungranted(operation)
        return self._policy.row_conditions(operation)

    def _refuse_ungranted(self, operation: Literal["read", "create", "update", "delete"]) -> None:
        if not self._policy.grants(operation):
            raise TypeError(f"{self.table.name} is public, and so read-only.")

    def _insert(self, columns: frozenset[str]) -> Insert:
        self._refuse_ungranted("create")
        values = {name: self._value(name) for name in sorted(columns)}
        computed = compute(self._computed, self.table, values)
        return insert(self.table).values(owner_id=OWNER, id=bindparam("row_id"), **values, **computed)

    def _written(self, expressions: Mapping[str, Any]) -> dict[str, Any]:
        """What a change of a row sets: these columns, those that follow from them, and its state."""
        was = dict(self.table.c)
        return {
            **{name: expressions[name] for name in sorted(expressions)},
            **compute(self._computed, self.table, expressions, was),
            "updated_at": func.now(),
            "version": self.table.c.version + 1,
        }

    def _value(self, column: str) -> BindParameter[Any]:
        return bindparam(new(column), type_=self.table.c[column].type)
