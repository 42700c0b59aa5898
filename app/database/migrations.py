"""Migrate the database with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError as AlembicError

from app import ROOT, CommandError
from app.database.errors import explained_errors


class NewerDatabaseError(CommandError):
    """The database was migrated by a newer version of the application."""


def configuration(url: str | None = None) -> Config:
    """Return Alembic's configuration; `url` overrides the database of the settings."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def migrate(url: str, setting: str = "DATABASE_URL") -> None:
    """Migrate the database to the latest revision; concurrent callers wait for each other.

    `setting` is the one that contains the URL.

    Raises:
        CommandError: the database cannot be reached, or the role may not migrate it.
        NewerDatabaseError: the database has an unknown revision.
    """
    try:
        with explained_errors(setting):
            command.upgrade(configuration(url), "head")
    except AlembicError as error:
        raise NewerDatabaseError(
            "The database has a revision that this version does not know: install a newer version."
        ) from error
