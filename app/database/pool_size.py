"""How many connections each worker may have, by what the server grants all of them together."""

import structlog
from sqlalchemy import text

from app.settings import Settings, SettingsError
from routers import Database

# A superuser is bound by neither of its own limits. `reserved_connections` came with PostgreSQL 16.
_GRANTED = text("""
    SELECT least(
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int,
        CASE WHEN rolconnlimit >= 0 AND NOT rolsuper THEN rolconnlimit END,
        CASE WHEN datconnlimit >= 0 AND NOT rolsuper THEN datconnlimit END
    )
    FROM pg_roles, pg_database
    WHERE rolname = session_user AND datname = current_database()
""")


async def granted(database: Database) -> int:
    """How many connections the server lets the role of this URL have at once, to its database.

    Behind a pooler, which has more clients than connections, it is what the server grants the pooler.

    Raises:
        Unavailable: the database cannot be reached.
    """
    ((connections,),) = await database.fetch(_GRANTED, {})
    return int(connections)


def connections_per_worker(settings: Settings, connections: int) -> int:
    """What each worker may have: TODO_POOL_SIZE, or less where all of them would have too many.

    Raises:
        SettingsError: there are too many workers for even one each.
    """
    # Half: while a deployment rolls, the old workers and the new are connected at once. At other times,
    # the other half is there for migrations and for people.
    together = max(connections // 2, 1)
    if settings.workers > together:
        raise SettingsError(
            f"TODO_WORKERS is {settings.workers}, and the database grants {connections} connections, "
            f"half of which are for the workers: set TODO_WORKERS to at most {together}, "
            "or raise the limit (max_connections, or CONNECTION LIMIT of the role or the database) to at "
            f"least {2 * settings.workers}."
        )
    share = together // settings.workers
    if share < settings.pool_size:
        structlog.get_logger().warning(
            "each worker gets fewer connections than TODO_POOL_SIZE: half of the database's go round",
            granted=connections,
            workers=settings.workers,
            wanted=settings.pool_size,
            each=share,
        )
    return min(share, settings.pool_size)
