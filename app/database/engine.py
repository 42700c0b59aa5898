"""The connection to PostgreSQL: the URL for each driver, and the pool."""

import os

import certifi
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import POOL_SIZE
from routers import Database

POOL_SECONDS = 2.0
"""How long a request waits for a free connection."""

CONNECT_SECONDS = 5
"""How long a connection may take to be made; a Neon compute that sleeps needs about one."""


def driver_url(url: str, driver: str) -> URL:
    """A URL as an administrator writes it, for a driver of SQLAlchemy's (`psycopg`, `psycopg2`)."""
    parsed = make_url(url).set(drivername=f"postgresql+{driver}")
    if parsed.query.get("sslrootcert") == "system":
        # The drivers' own OpenSSL does not know where this system keeps its certificates.
        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
    return parsed


def open_database(url: str, pool_size: int = POOL_SIZE) -> Database:
    """Make the pool; nothing is connected yet."""
    engine = create_async_engine(
        driver_url(url, "psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        # A pooler in transaction mode gives each statement another server: none may be prepared.
        connect_args={"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None},
    )
    return Database(engine)


async def warm(database: Database) -> None:
    """Make the first connection now: it asks the server a dozen things that later ones do not.

    Raises:
        Unavailable: the database cannot be reached.
    """
    await database.fetch(text("SELECT 1"), {})
