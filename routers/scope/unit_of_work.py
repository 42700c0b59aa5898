"""What the scopes of one request share: the database and, during a transaction, its connection."""

import contextlib
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from routers.database.database import Database, Statement
from routers.database.result import Rows

_KEY = "routers.units_of_work"


class UnitOfWork:
    """Executes the statements of one request: each alone, or together in a transaction."""

    def __init__(self, database: Database) -> None:
        """Start without a transaction."""
        self._database = database
        self._connection: AsyncConnection | None = None

    @classmethod
    def of(cls, request: MutableMapping[str, Any], database: Database) -> "UnitOfWork":
        """Return the unit of work of a request, given as its ASGI scope, on a database."""
        units = request.setdefault(_KEY, {})
        if database not in units:
            units[database] = cls(database)
        unit: UnitOfWork = units[database]
        return unit

    async def fetch(self, statement: Statement, parameters: Mapping[str, Any]) -> Rows:
        """Execute one statement in one round trip, and return its rows.

        Raises:
            Unavailable: the database cannot be reached or does not respond in time.
        """
        if self._connection is not None:
            return await self._database.fetch_on(self._connection, statement, parameters)
        return await self._database.fetch(statement, parameters)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit the statements inside the block together or, if it raises, none of them.

        Raises:
            RuntimeError: there is a transaction already, or a failed statement was ignored.
        """
        if self._connection is not None:
            raise RuntimeError("The request is in a transaction already: put the calls into one block.")
        async with self._database.transaction() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Return a session for reading, in the transaction if there is one."""
        return self._database.session(self._connection)
