"""The only door to rows: one owner's view of one table."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, cast
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from routers.access import OwnerId
from routers.database import Database
from routers.errors import NotFound, PreconditionFailed
from routers.expressions import is_expression, refuse_foreign
from routers.filters import narrow
from routers.pagination import DEFAULT_LIMIT, Cursor, Page, Sort
from routers.policy import OWNER
from routers.preconditions import Preconditions
from routers.reads import ScopedReads
from routers.resource import ReadT, Resource
from routers.statements import CREATED, new


class Scope(Generic[ReadT]):
    """One owner's view of one table. What lies outside it is absent.

    It takes no owner: that was bound when it was made. Each method is one statement, one round trip
    and atomic by itself; `transaction` makes several atomic together. The preconditions of the request
    (`If-Match`, `If-None-Match`) are part of the first change of the row that its path names.

    Every method raises `Unavailable` where the database does not answer in time.
    """

    def __init__(
        self,
        resource: Resource[ReadT],
        owner: OwnerId,
        database: Database,
        preconditions: Preconditions = Preconditions.NONE,
    ) -> None:
        """Bind the owner, once and for all, and what the request asks of the row that it addresses."""
        self._resource = resource
        self._statements = resource.statements
        self._owner = owner
        self._database = database
        self._connection: AsyncConnection | None = None
        self.preconditions = preconditions

    @property
    def crud(self) -> ScopedReads:
        """FastCRUD's reading methods under this scope's policy: counts and filters, for one call."""
        session = self._database.session(self._connection)
        return ScopedReads(self._resource.model, self._owner, session)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Make the calls inside the block one: all of them are kept or, if it raises, none.

        Raises:
            RuntimeError: this scope is in a transaction already, or a statement has failed unnoticed.
        """
        if self._connection is not None:
            raise RuntimeError("A scope is in one transaction at a time: put the calls into one block.")
        async with self._database.transaction() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    async def list(
        self,
        *,
        limit: int = DEFAULT_LIMIT,
        sort: Sort | None = None,
        cursor: Cursor | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> Page[ReadT]:
        """Answer a page of up to `limit` rows; a cursor carries its own order and so outranks `sort`."""
        filters = filters or {}
        order = cursor.sort if cursor else sort or self._resource.orders[0]
        statement = self._statements.listing(order, frozenset(filters), after=cursor is not None)
        parameters = self._resource.parameters
        values = {narrow(name): parameters[name].value(value) for name, value in filters.items()}
        if cursor:
            values |= {"after_key": cursor.key, "after_id": cursor.id}
        rows = await self._fetch(statement, limit=limit + 1, **values)
        items = [self._row(row) for row in rows[:limit]]
        if len(rows) <= limit:
            return Page(items, None)
        last = items[-1]
        return Page(items, str(Cursor(order, getattr(last, order.column), last.id)))

    async def get(self, row_id: UUID, /) -> ReadT:
        """Answer one row.

        Raises:
            NotFound: this owner has no such row.
        """
        for row in await self._fetch(self._statements.get, row_id=row_id):
            return self._row(row)
        raise NotFound

    async def create(self, **values: Any) -> ReadT:
        """Add a row under a new id; columns not named get the defaults of the create shape."""
        (row,) = await self._fetch(self._statements.create, row_id=uuid7(), **self._complete(values))
        return self._row(row)

    async def put(self, row_id: UUID, /, **values: Any) -> tuple[ReadT, bool]:
        """Create the row under this id, or replace what is there; True where it was created.

        Raises:
            PreconditionFailed: the row is there and must not be, is not and must, or has changed.
        """
        wanted = self._wanted_of(row_id)
        values = self._complete(values)
        if wanted.must_exist and wanted.must_not_exist:
            raise PreconditionFailed
        for row in await self._fetch(self._putting(wanted), row_id=row_id, **values, **wanted.parameters):
            facts = dict(row)
            created = facts.pop(CREATED, False)
            self._met(wanted)
            return self._row(facts), created
        raise PreconditionFailed

    def _putting(self, wanted: Preconditions) -> Any:
        conditions = wanted.conditions(self._statements.table)
        if wanted.must_exist:
            replacing = self._statements.update(frozenset(self._resource.create.model_fields))
            return replacing.where(*conditions)
        if wanted.must_not_exist:
            return self._statements.create_at
        return self._statements.put(conditions) if wanted.any else self._statements.put_anyhow

    async def update(self, row_id: UUID, /, **changes: Any) -> ReadT:
        """Change columns of one row, each to a value or by an SQL expression over the row's columns.

        No change at all answers the row as it is, its version included.

        Raises:
            NotFound: this owner has no such row.
            PreconditionFailed: it is not in the state that the request asks for.
            TypeError: a column is not to be written, or an expression reaches beyond the row.
        """
        self._refuse_unwritable(changes)
        if not changes:
            return await self._unchanged(row_id)
        if any(is_expression(value) for value in changes.values()):
            refuse_foreign(changes.values(), self._statements.table)
            statement, values = self._statements.update_by(changes), {}
        else:
            statement = self._statements.update(frozenset(changes))
            values = {new(name): value for name, value in changes.items()}
        rows = await self._change(statement, row_id, values)
        return self._row(rows[0])

    async def delete(self, row_id: UUID, /) -> None:
        """Remove one row.

        Raises:
            NotFound: this owner has no such row.
            PreconditionFailed: it is not in the state that the request asks for.
        """
        await self._change(self._statements.delete, row_id, {})

    async def _change(self, statement: Any, row_id: UUID, values: dict[str, Any]) -> Any:
        """Change one row if its state allows; only where that failed is a second question asked."""
        wanted = self._wanted_of(row_id)
        if wanted.any:
            statement = statement.where(*wanted.conditions(self._statements.table))
            values = {**values, **wanted.parameters}
        if not wanted.must_not_exist and (rows := await self._fetch(statement, row_id=row_id, **values)):
            self._met(wanted)
            return rows
        if wanted.depend_on_state:
            await self.get(row_id)
            raise PreconditionFailed
        raise NotFound

    async def _unchanged(self, row_id: UUID) -> ReadT:
        row = await self.get(row_id)
        if not self._wanted_of(row_id).hold_for(row.version):
            raise PreconditionFailed
        return row

    def _met(self, wanted: Preconditions) -> None:
        if wanted.any:
            self.preconditions = Preconditions.NONE

    def _wanted_of(self, row_id: UUID) -> Preconditions:
        """The preconditions, as far as they are about this row; met once, they are met."""
        return self.preconditions if self.preconditions.are_about(row_id) else Preconditions.NONE

    async def _fetch(self, statement: Executable, **values: Any) -> Any:
        values[OWNER.key] = self._owner
        if self._connection is not None:
            return await self._database.fetch_on(self._connection, statement, values)
        return await self._database.fetch(statement, values)

    def _complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._refuse_unwritable(values)
        return {new(name): value for name, value in {**self._resource.defaults(), **values}.items()}

    def _refuse_unwritable(self, values: Mapping[str, Any]) -> None:
        if unknown := set(values) - set(self._resource.create.model_fields):
            names = ", ".join(sorted(unknown))
            raise TypeError(f"{names}: a scope writes the members of {self._resource.create.__name__}.")

    def _row(self, facts: Mapping[str, Any]) -> ReadT:
        return cast("ReadT", self._resource.read.model_construct(**facts))
