"""Alembic's environment: run the migrations with psycopg2, one process at a time."""

import sys
from contextlib import ExitStack
from typing import Any, Literal

from alembic import context
from psycopg2.extensions import set_wait_callback
from psycopg2.extras import wait_select
from sqlalchemy import Enum, TypeDecorator, create_engine, text
from sqlmodel import SQLModel

import app.main  # noqa: F401 # its resources declare the tables
from app.database.engine import CONNECT_SECONDS, driver_url
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.settings import SettingsError, read_settings

LOCK = 7_238_401_957
"""The number of the advisory lock that a migration holds."""


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Render a type in a migration as the SQLAlchemy type of the database."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run(url: str) -> None:
    """Run the migrations in one transaction, under the lock that makes other processes wait."""
    engine = create_engine(driver_url(url, "psycopg2"), connect_args={"connect_timeout": CONNECT_SECONDS})
    with engine.connect() as connection:
        set_wait_callback(wait_select)  # otherwise no signal interrupts a statement
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_server_default=True,
            render_item=render,
        )
        with context.begin_transaction():
            # The role may have limits for the statements of requests.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            # Inside the transaction: otherwise nothing would be committed.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()
    engine.dispose()


with ExitStack() as stack:
    target = context.config.attributes.get("url")
    if target is None:
        try:
            settings = read_settings()
        except SettingsError as error:
            sys.exit(str(error))
        target = settings.database_url_unpooled or settings.database_url
    if target is None:
        target = stack.enter_context(embedded_postgres(data_directory(settings.data_dir)))
    try:
        run(target)
    finally:
        set_wait_callback(None)
