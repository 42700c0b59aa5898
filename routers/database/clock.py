"""The server's clock, as a connection sees it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.pool import PoolProxiedConnection

from routers.database.connection import execute
from routers.database.statement import CompiledStatement
from routers.tables.deadline import DEADLINE

_CLOCK = CompiledStatement(text("SELECT extract(epoch FROM clock_timestamp())::float8"))

_NEVER = datetime.max.replace(tzinfo=UTC)

_OFFSET = "routers.clock_offset"
"""The key in `connection.info` of the seconds by which the server's clock is ahead of this process's."""


async def with_deadline(
    connection: PoolProxiedConnection, parameters: Mapping[str, Any], seconds: float
) -> Mapping[str, Any]:
    """Add the deadline of a statement that begins now; one round trip for the first one of a connection."""
    if _OFFSET not in connection.info:
        now = time.time()
        ((server,),) = await execute(connection, _CLOCK, *_CLOCK.bind({}))
        connection.info[_OFFSET] = server - now
    deadline = time.time() + connection.info[_OFFSET] + seconds
    return {**parameters, DEADLINE: datetime.fromtimestamp(deadline, UTC)}


def without_deadline(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add a deadline that never comes, for a transaction: without its COMMIT, nothing takes effect."""
    return {**parameters, DEADLINE: _NEVER}
