"""A read-only view: one owner's rows of one table, or the rows of a public table."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Result
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.selectable import TypedReturnsRows

from routers.database.database import Statement
from routers.database.result import Rows
from routers.exceptions import NotFound
from routers.queries.expressions import clause_of
from routers.queries.filters import filter_bind
from routers.queries.owner_compiler import check_select
from routers.queries.ownership import OWNER, OwnerId
from routers.queries.pagination import DEFAULT_LIMIT, MAX_LIMIT, Cursor, Page
from routers.queries.preconditions import Preconditions
from routers.queries.sorting import Sort
from routers.queries.totals import split_total
from routers.resource.resource import Resource
from routers.schemas.read_row import ReadT
from routers.scope.constraint_errors import NOTHING, Write, constraint_error
from routers.scope.fastcrud_reads import ScopedReads
from routers.scope.owner_statements import compile_for_owner, compile_generated
from routers.scope.unit_of_work import UnitOfWork

_Columns = TypeVarTuple("_Columns")


class ReadScope(Generic[ReadT]):
    """A view of one table's rows. Rows outside of it do not exist for its methods.

    The owner is bound when the scope is created and no method takes another; a public table has none.
    Each method executes one statement in one round trip; `transaction` combines several.

    Every method raises `Unavailable` if the database does not respond in time, and `InvalidRequest` if it
    cannot calculate a value, as in a division by zero.
    """

    def __init__(
        self,
        resource: Resource[ReadT],
        owner: OwnerId | None,
        unit: UnitOfWork,
        preconditions: Preconditions = Preconditions.NONE,
        make_row: Callable[[Sequence[Any]], ReadT] | None = None,
    ) -> None:
        """Bind the owner, the unit of work and the preconditions of the request.

        `make_row` builds what methods return.
        """
        self._resource = resource
        self._statements = resource.statements
        self._make_row = make_row or resource.make_row
        self._owner = owner
        self._unit = unit
        self.preconditions = preconditions

    @property
    def crud(self) -> ScopedReads:
        """FastCRUD's reading methods with this scope's policy, for one call: counts and its filters."""
        return ScopedReads(self._resource.model, self._owner, self._unit.session())

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Commit the calls inside the block together or, if it raises, none of them.

        The block applies to all scopes of the request: `async with projects.transaction():` includes the
        calls of `tasks`.

        Raises:
            RuntimeError: the request is in a transaction already, or a failed statement was ignored.
        """
        return self._unit.transaction()

    async def list(
        self,
        *conditions: ColumnElement[bool],
        limit: int = DEFAULT_LIMIT,
        sort: Sort | str | None = None,
        cursor: Cursor | str | None = None,
        filters: Mapping[str, Any] | None = None,
        count: bool = False,
    ) -> Page[ReadT]:
        """Return a page of up to `limit` rows.

        `conditions` are SQL expressions over the columns, which may contain subqueries; `filters` are those
        of the declaration. A cursor includes its order, so it overrides `sort`. With `count`, the page has
        the total of the rows that match, which costs more the more there are.

        Raises:
            InvalidRequest: the resource has no such order or cursor.
            TypeError: a condition could reach rows of other owners, or the resource has no totals.
            ValueError: the limit is out of its bounds.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise ValueError(f"limit={limit} is not possible: pass a number from 1 to {MAX_LIMIT}.")
        if count and not self._resource.count:
            raise TypeError(f"The pages of {self._resource.collection} have no total: declare count=True.")
        cursor = self._resource.cursor(cursor) if isinstance(cursor, str) else cursor
        sort = self._resource.order(sort) if isinstance(sort, str) else sort
        filters = filters or {}
        order = cursor.sort if cursor else sort or self._resource.orders[0]
        parameters = self._resource.parameters
        values = {filter_bind(name): parameters[name].convert(value) for name, value in filters.items()}
        values |= cursor.parameters if cursor else {}
        names, options = frozenset(filters), {"after": bool(cursor), "count": count}
        statement: Statement = self._statements.list(order, names, **options)
        if conditions:
            clauses = [clause_of(each) for each in conditions]
            statement, provided = compile_for_owner(
                (self._statements, order, names, *options.values()),
                clauses,
                lambda: self._statements.list_where(clauses, order, names, **options),
            )
            values |= provided
        rows = await self._fetch(statement, limit=limit + 1, **values)
        rows, total = split_total(rows) if count else (rows, None)
        items = [self._make_row(row) for row in rows[:limit]]
        return Page(items, str(Cursor.at(order, items[-1])) if len(rows) > limit else None, total)

    async def select(self, statement: TypedReturnsRows[*_Columns]) -> Result[*_Columns]:
        """Execute a SELECT over any tables; of owned ones, it reads the owner's rows only.

        Joins, aggregates, subqueries, CTEs and window functions are possible. An entity, as in
        `select(Task)`, contributes its columns.

        Raises:
            TypeError: the statement contains SQL text, a function that is not known as safe, or a table of no
                `OwnedRow` or `PublicRow`; or it is no SELECT.
        """
        check_select(statement)
        compiled, values = compile_for_owner("select", [statement], lambda: statement)
        if self._owner is None and OWNER.key in compiled.names:
            raise TypeError("This operation is public, so it has no owner whose rows it could select.")
        rows = await self._fetch(compiled, **values)
        names = SimpleResultMetaData(statement.exported_columns.keys())
        return IteratorResult(names, iter(rows))

    async def get(self, row_id: UUID, /) -> ReadT:
        """Return one row.

        Raises:
            NotFound: the scope has no such row.
        """
        for row in await self._fetch(self._statements.get, row_id=row_id):
            return self._make_row(row)
        raise NotFound

    async def _fetch(self, statement: Statement, write: Write = NOTHING, **parameters: Any) -> Rows:
        if self._resource.derived and isinstance(statement, Executable):
            statement = compile_generated(statement)
        if self._owner is not None:
            parameters[OWNER.key] = self._owner
        try:
            return await self._unit.fetch(statement, parameters)
        except DBAPIError as error:
            if problem := constraint_error(error, self._resource, write):
                raise problem from error
            raise
