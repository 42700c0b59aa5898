"""FastCRUD's reading methods, bound to a scope."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from fastcrud import FastCRUD
from sqlalchemy.ext.asyncio import AsyncSession

from routers.queries.expressions import refuse_foreign
from routers.queries.ownership import policy_of
from routers.scope.access import OwnerId
from routers.tables.rows import Row, table_of

READING = frozenset({"count", "exists", "get", "get_multi"})


class ScopedReads:
    """FastCRUD's methods named in `READING`, called without their session: `await reads.count(done=True)`."""

    def __init__(
        self, model: type[Row], owner: OwnerId | None, session: AbstractAsyncContextManager[AsyncSession]
    ) -> None:
        """Put FastCRUD under the policy of this owner, on this session, for one call."""
        self._crud: Any = FastCRUD(model, policy=policy_of(model, owner))
        self._table = table_of(model)
        self._session = session

    def __getattr__(self, name: str) -> Any:
        """Answer a reading method; writing is the scope's own business."""
        if name not in READING:
            raise AttributeError(f"{name}: only {', '.join(sorted(READING))} are offered here.")
        method = getattr(self._crud, name)

        async def read(*arguments: Any, **options: Any) -> Any:
            refuse_foreign((*arguments, *options.values()), self._table)
            async with self._session as session:
                return await method(session, *arguments, **options)

        return read
