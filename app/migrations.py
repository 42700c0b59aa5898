"""The state of the database's schema, brought forward by Alembic."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from routers import Database


class NewerDatabaseError(Exception):
    """The database was migrated by a newer version than this one."""


ROOT = Path(__file__).resolve().parent.parent


def configuration(url: str | None = None) -> Config:
    """Alembic's configuration; `url` is where to migrate, instead of what the settings say."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database to the newest revision; a second caller waits for the first, then finds it done.

    Raises:
        sqlalchemy.exc.OperationalError: it cannot be reached.
        NewerDatabaseError: it has a revision that is not known here.
    """
    try:
        command.upgrade(configuration(url), "head")
    except CommandError as error:
        raise NewerDatabaseError("The database has a revision that this version does not know.") from error


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


async def is_current(database: Database) -> bool:
    """Whether the database has at least the newest revision known here.

    A revision that is unknown here is a newer one: while a deployment is under way, the old code goes
    on working on the new schema.

    Raises:
        Unavailable: the database cannot be reached.
    """
    try:
        rows = await database.fetch(text("SELECT version_num FROM alembic_version"), {})
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable):
            return False  # nothing was ever migrated
        raise
    return any(_is_newest(revision) for (revision,) in rows)


def _is_newest(revision: str) -> bool:
    scripts = _scripts()
    try:
        known = scripts.get_revision(revision)
    except CommandError:
        return True
    return known is not None and known.revision in scripts.get_heads()
