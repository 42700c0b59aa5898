"""Check whether the database is migrated far enough for this version."""

from functools import cache

from alembic.script import ScriptDirectory
from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.database.migrations import configuration
from routers import Database

_REVISIONS = text("SELECT version_num FROM alembic_version")


async def is_current(database: Database) -> bool:
    """Check whether the database has at least the latest known revision.

    An unknown revision is a newer one: during a rolling deployment, the old version continues to work on
    the new schema.

    Raises:
        Unavailable: the database cannot be reached.
    """
    try:
        rows = await database.fetch(_REVISIONS, {})
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable):
            return False  # it was never migrated
        raise
    return any(revision not in superseded_revisions() for (revision,) in rows)


@cache
def superseded_revisions() -> frozenset[str]:
    """Return the revisions that are followed by another one."""
    scripts = ScriptDirectory.from_config(configuration())
    followed = {script.revision for script in scripts.walk_revisions()}
    return frozenset(followed.difference(scripts.get_heads()))
