"""The pool size of each worker, limited by what the database grants all workers together."""

import structlog
from sqlalchemy import text

from app.settings import Settings, SettingsError
from routers import Database

# Superusers are exempt from both of the last limits. `reserved_connections` is new in PostgreSQL 16.
_CONNECTION_LIMIT = text("""
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


async def connection_limit(database: Database) -> int:
    """Return the maximum number of connections of this role to this database.

    Behind a pooler it is the limit of the pooler's own connections.

    Raises:
        Unavailable: the database cannot be reached.
    """
    ((connections,),) = await database.fetch(_CONNECTION_LIMIT, {})
    return int(connections)


def pool_size_per_worker(settings: Settings, connections: int) -> int:
    """Return the pool size of each worker: TODO_POOL_SIZE, or less to stay within the limit.

    Raises:
        SettingsError: there are more workers than connections for them.
    """
    # Half: during a rolling deployment, the old and the new workers are connected at once. Otherwise the
    # other half is left for migrations and for people.
    available = max(connections // 2, 1)
    if settings.workers > available:
        raise SettingsError(
            f"There are {settings.workers} workers, but the database allows {connections} connections, half "
            f"of which are available to them: set TODO_WORKERS or --workers to at most {available}, or raise "
            "the limit (max_connections, or CONNECTION LIMIT of the role or the database) to at least "
            f"{2 * settings.workers}."
        )
    share = available // settings.workers
    if share < settings.pool_size:
        structlog.get_logger().warning(
            "the pool size is below TODO_POOL_SIZE: all workers share half of the connection limit",
            connection_limit=connections,
            workers=settings.workers,
            configured=settings.pool_size,
            pool_size=share,
        )
    return min(share, settings.pool_size)
