"""The database engine: the URL for each driver, and the connection pool."""

import os

import certifi
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import POOL_SIZE
from routers import Database

POOL_SECONDS = 2.0
"""Maximum wait of a request for a connection, in seconds."""

CONNECT_SECONDS = 5
"""Maximum time of one attempt to connect, in seconds; a suspended Neon compute needs about one."""

# Ten seconds without traffic and three probes without an acknowledgement close a connection that a firewall
# or a dead host has dropped. Behind a pooler in transaction mode, each statement may reach another server:
# prepare none.
_PARAMETERS = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "prepare_threshold": None,
}


def driver_url(url: str, driver: str) -> URL:
    """Return a PostgreSQL URL for a driver of SQLAlchemy (`psycopg` or `psycopg2`)."""
    parsed = make_url(url).set(drivername=f"postgresql+{driver}")
    if parsed.query.get("sslrootcert") == "system":
        # The OpenSSL in the drivers' wheels does not know the certificates of the system.
        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
    return parsed


def open_database(url: str, pool_size: int = POOL_SIZE, seconds: float = POOL_SECONDS) -> Database:
    """Create the connection pool; connections are opened on demand, within `seconds` for each statement."""
    target = driver_url(url, "psycopg")
    engine = create_async_engine(
        target,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=seconds,
        connect_args={name: value for name, value in _PARAMETERS.items() if name not in target.query},
    )
    return Database(engine)


async def warm_up(database: Database) -> None:
    """Open the first connection, for which SQLAlchemy makes a dozen extra round trips.

    Raises:
        Unavailable: the database cannot be reached.
    """
    await database.fetch(text("SELECT 1"), {})
