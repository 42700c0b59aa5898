"""FastCRUD's reading methods, bound to one owner."""

from typing import Any

from fastcrud import FastCRUD
from sqlalchemy.ext.asyncio import AsyncSession

from routers.access import OwnerId
from routers.database import Database
from routers.models import OwnedRow
from routers.policy import ownership

READING = frozenset({"count", "exists", "get", "get_multi", "get_joined", "get_multi_joined"})


class ScopedReads:
    """FastCRUD's methods named in `READING`, called without their session: `await reads.count(done=True)`.

    The policy covers the resource's own table; name the owner in a join's condition too, as
    `JoinConfig.where`, unless the joined table's foreign key holds it.
    """

    def __init__(self, model: type[OwnedRow], owner: OwnerId, database: Database) -> None:
        """Put FastCRUD under the policy of this owner."""
        self._crud: Any = FastCRUD(model, policy=ownership(model, owner))
        self._database = database

    def __getattr__(self, name: str) -> Any:
        """Answer a reading method; writing is the scope's own business."""
        if name not in READING:
            raise AttributeError(f"{name}: only {', '.join(sorted(READING))} are offered here.")
        method = getattr(self._crud, name)

        async def read(*arguments: Any, **options: Any) -> Any:
            async with AsyncSession(self._database.autocommit) as session:
                return await method(session, *arguments, **options)

        return read
