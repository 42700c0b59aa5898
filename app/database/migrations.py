"""The database's schema, brought forward by Alembic."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from app import ROOT, Refused


class NewerDatabaseError(Refused):
    """The database was migrated by a newer version than this one."""


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
