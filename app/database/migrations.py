"""Migrate the database with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError as AlembicError

from app import ROOT, CommandError


class NewerDatabaseError(CommandError):
    """The database was migrated by a newer version of the application."""


def configuration(url: str | None = None) -> Config:
    """Return Alembic's configuration; `url` overrides the database of the settings."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Migrate the database to the latest revision; concurrent callers wait for each other.

    Raises:
        sqlalchemy.exc.OperationalError: the database cannot be reached.
        NewerDatabaseError: the database has an unknown revision.
    """
    try:
        command.upgrade(configuration(url), "head")
    except AlembicError as error:
        raise NewerDatabaseError(
            "The database has a revision that this version does not know: install a newer version."
        ) from error
