"""FastCRUD's reading methods, bound to a scope."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from fastcrud import FastCRUD
from sqlalchemy.ext.asyncio import AsyncSession

from routers.queries.expressions import check_expressions
from routers.queries.ownership import OwnerId, policy_of
from routers.tables.rows import Row, table_of

METHODS = frozenset({"count", "exists", "get", "get_multi"})


class ScopedReads:
    """FastCRUD's methods in `METHODS`, called without a session: `await reads.count(done=True)`."""

    def __init__(
        self, model: type[Row], owner: OwnerId | None, session: AbstractAsyncContextManager[AsyncSession]
    ) -> None:
        """Apply the policy of this owner; the session is for one call."""
        self._crud: Any = FastCRUD(model, policy=policy_of(model, owner))
        self._table = table_of(model)
        self._session = session

    def __getattr__(self, name: str) -> Any:
        """Return a reading method; writing is up to the scope itself."""
        if name not in METHODS:
            raise AttributeError(f"{name}: only {', '.join(sorted(METHODS))} are available.")
        method = getattr(self._crud, name)

        async def read(*arguments: Any, **options: Any) -> Any:
            check_expressions((*arguments, *options.values()), self._table)
            async with self._session as session:
                return await method(session, *arguments, **options)

        return read
