"""What the scopes of one request share: the database and, during a transaction, its connection."""

import contextlib
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from routers.database.database import Database, Statement
from routers.database.result import Rows
from routers.exceptions import ProblemError
from routers.resource.resource import Resource
from routers.scope.constraint_errors import NOTHING, constraint_error, violated_constraint

_KEY = "routers.units_of_work"


class UnitOfWork:
    """Executes the statements of one request: each alone, or together in a transaction.

    Attributes:
        written: The resources whose tables the statements write, by their tables.
    """

    def __init__(self, database: Database) -> None:
        """Start without a transaction."""
        self._database = database
        self._connection: AsyncConnection | None = None
        self.written: dict[Table, Resource[Any]] = {}

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
            ProblemError: a deferred constraint is violated.
        """
        if self._connection is not None:
            raise RuntimeError("The request is in a transaction already: put the calls into one block.")
        try:
            async with self._database.transaction() as connection:
                self._connection = connection
                try:
                    yield
                finally:
                    self._connection = None
        except DBAPIError as error:
            if problem := self._commit_error(error):
                raise problem from error
            raise

    def _commit_error(self, error: DBAPIError) -> ProblemError | None:
        """Return the error for the client if the COMMIT violated a constraint of a table."""
        resources = self.written.items()
        violated = (each for table, each in resources if violated_constraint(error, table) is not None)
        resource = next(violated, next(iter(self.written.values()), None))
        return constraint_error(error, resource, NOTHING) if resource else None

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Return a session for reading, in the transaction if there is one."""
        return self._database.session(self._connection)
