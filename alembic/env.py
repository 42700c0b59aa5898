"""Alembic's environment: run the migrations with psycopg2, one process at a time."""

import sys
from contextlib import ExitStack

from alembic import context
from psycopg2.extensions import set_wait_callback
from psycopg2.extras import wait_select
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import app.resources  # noqa: F401 # they declare the tables
from app import CommandError
from app.database.autogenerate import autogenerate_options
from app.database.engine import CONNECT_SECONDS, driver_url
from app.database.migration_transactions import begin_migration, explained_failures, validate_constraints
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.settings import SettingsError, read_settings


def run(url: str) -> None:
    """Run the migrations in one transaction, then validate the constraints that they have added."""
    engine = create_engine(driver_url(url, "psycopg2"), connect_args={"connect_timeout": CONNECT_SECONDS})
    with engine.connect() as connection:
        set_wait_callback(wait_select)  # otherwise no signal interrupts a statement
        context.configure(connection=connection, **autogenerate_options(SQLModel.metadata))
        with explained_failures(), context.begin_transaction():
            begin_migration(connection)
            context.run_migrations()
        if "destination_rev" in context.get_context().opts:  # not for `alembic check` or `alembic revision`
            validate_constraints(connection, SQLModel.metadata)
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
    except CommandError as error:
        if context.config.cmd_opts is None:
            raise  # for `todo migrate`
        sys.exit(f"alembic: {error}")
    finally:
        set_wait_callback(None)
