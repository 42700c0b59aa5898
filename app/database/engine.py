"""The database engine: the URL for each driver, and the connection pool."""

import os

import certifi
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import POOL_SIZE
from routers import Database

POOL_SECONDS = 2.0
"""Maximum wait of a request for a free connection, in seconds."""

CONNECT_SECONDS = 5
"""Maximum time to connect, in seconds; a suspended Neon compute needs about one."""


def driver_url(url: str, driver: str) -> URL:
    """Return a PostgreSQL URL for a driver of SQLAlchemy (`psycopg` or `psycopg2`)."""
    parsed = make_url(url).set(drivername=f"postgresql+{driver}")
    if parsed.query.get("sslrootcert") == "system":
        # The OpenSSL in the drivers' wheels does not know the certificates of the system.
        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
    return parsed


def open_database(url: str, pool_size: int = POOL_SIZE) -> Database:
    """Create the connection pool; connections are opened on demand."""
    engine = create_async_engine(
        driver_url(url, "psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        # Behind a pooler in transaction mode, each statement may reach another server: prepare none.
        connect_args={"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None},
    )
    return Database(engine)


async def warm_up(database: Database) -> None:
    """Open the first connection, for which SQLAlchemy makes a dozen extra round trips.

    Raises:
        Unavailable: the database cannot be reached.
    """
    await database.fetch(text("SELECT 1"), {})
