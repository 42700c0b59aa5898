"""Migrate the database with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.script.revision import MultipleHeads, ResolutionError
from alembic.util import CommandError as AlembicError

from app import CommandError
from app.database.errors import explained_errors
from app.database.scripts import SCRIPTS, unknown_message


class NewerDatabaseError(CommandError):
    """The database was migrated by a newer version of the application."""


def configuration(url: str | None = None) -> Config:
    """Return Alembic's configuration; `url` overrides the database of the settings.

    It needs no pyproject.toml, which a wheel does not contain.
    """
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
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
        match error.__cause__:
            case ResolutionError() as cause:
                raise NewerDatabaseError(unknown_message([cause.argument])) from error
            case MultipleHeads() as cause:
                raise CommandError(
                    f"The migrations have several latest revisions, {', '.join(cause.heads)}: "
                    "merge them with `alembic merge heads`."
                ) from error
        raise
