"""The door for reading: one owner's view of one table, or everyone's of a public one."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from routers.database.database import Database
from routers.exceptions import NotFound
from routers.queries.filters import narrow
from routers.queries.ownership import OWNER
from routers.queries.pagination import DEFAULT_LIMIT, Cursor, Page, Sort
from routers.queries.preconditions import Preconditions
from routers.resource.resource import Resource
from routers.scope.access import OwnerId
from routers.scope.fastcrud_reads import ScopedReads
from routers.tables.rows import ReadT


class ReadScope(Generic[ReadT]):
    """A view of one table's rows. What lies outside it is absent.

    It takes no owner: that was bound when it was made; of a public table there is none. Each method is one
    statement and one round trip; `transaction` makes several see and be seen together.

    Every method raises `Unavailable` where the database does not answer in time.
    """

    def __init__(
        self,
        resource: Resource[ReadT],
        owner: OwnerId | None,
        database: Database,
        preconditions: Preconditions = Preconditions.NONE,
    ) -> None:
        """Bind the owner, once and for all, and what the request asks of the row that it addresses."""
        self._resource = resource
        self._statements = resource.statements
        self._row = resource.row
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
        order, statement, values = self._listing(limit, sort, cursor, filters or {})
        rows = await self._fetch(statement, **values)
        items = [self._row(row) for row in rows[:limit]]
        return Page(items, str(Cursor.at(order, items[-1])) if len(rows) > limit else None)

    async def list_json(
        self,
        *,
        limit: int = DEFAULT_LIMIT,
        sort: Sort | None = None,
        cursor: Cursor | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Answer the same page as JSON, for what passes it on as it is."""
        writer = self._resource.writer
        if self._connection is not None:
            return writer.whole(await self.list(limit=limit, sort=sort, cursor=cursor, filters=filters))
        order, statement, values = self._listing(limit, sort, cursor, filters or {})
        return await self._database.read(
            statement,
            self._owned(values),
            lambda answer: writer.write(answer, limit, order),
            text=writer.is_plain,
        )

    def _listing(
        self, limit: int, sort: Sort | None, cursor: Cursor | None, filters: Mapping[str, Any]
    ) -> tuple[Sort, Executable, dict[str, Any]]:
        """A page's order and its statement, which asks for one row more, with its values."""
        order = cursor.sort if cursor else sort or self._resource.orders[0]
        parameters = self._resource.parameters
        values = {narrow(name): parameters[name].value(value) for name, value in filters.items()}
        values["limit"] = limit + 1
        if cursor:
            values |= {"after_key": cursor.key, "after_id": cursor.id}
        return order, self._statements.listing(order, frozenset(filters), after=cursor is not None), values

    async def get(self, row_id: UUID, /) -> ReadT:
        """Answer one row.

        Raises:
            NotFound: there is no such row in this scope.
        """
        for row in await self._fetch(self._statements.get, row_id=row_id):
            return self._row(row)
        raise NotFound

    async def _fetch(self, statement: Executable, **values: Any) -> Any:
        self._owned(values)
        if self._connection is not None:
            return await self._database.fetch_on(self._connection, statement, values)
        return await self._database.fetch(statement, values)

    def _owned(self, values: dict[str, Any]) -> dict[str, Any]:
        """Add the owner to a statement's values."""
        if self._owner is not None:
            values[OWNER.key] = self._owner
        return values
