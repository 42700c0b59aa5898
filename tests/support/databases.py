"""Connection pools for tests."""

from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database


def new_pool(url: str, seconds: float = 20.0) -> Database:
    """Return a database whose timeout for a connection and for a statement is `seconds`."""
    engine = create_async_engine(
        url.replace("postgresql:", "postgresql+psycopg:"),
        pool_size=5,
        max_overflow=0,
        pool_timeout=seconds,
        connect_args={"prepare_threshold": None, "connect_timeout": 2},
    )
    return Database(engine, timeout=seconds)
