"""Whether the database's schema is new enough for this version."""

import ast
from functools import cache
from pathlib import Path

from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app import ROOT
from routers import Database

VERSIONS = ROOT / "alembic" / "versions"


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
    return any(revision not in surpassed(VERSIONS) for (revision,) in rows)


@cache
def surpassed(versions: Path) -> frozenset[str]:
    """The revisions that another one follows, by the migrations in this folder.

    Read from their text: Alembic, which knows too, is a tenth of a worker's start and memory.
    """
    followed: set[str] = set()
    for migration in versions.glob("*.py"):
        for statement in ast.parse(migration.read_bytes()).body:
            match statement:
                case ast.Assign([ast.Name("down_revision")], value) | ast.AnnAssign(
                    ast.Name("down_revision"), _, ast.expr() as value
                ):
                    below = ast.literal_eval(value)
                    followed.update([below] if isinstance(below, str) else below or ())
    return frozenset(followed)
