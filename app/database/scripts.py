"""The migration scripts: where they are, and the revisions that they lead to."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory

from app import ROOT

_IN_WHEEL = Path(__file__).with_name("alembic")

# Not the other way round: beside an installed package, `alembic` is the library.
SCRIPTS = _IN_WHEEL if _IN_WHEEL.is_dir() else ROOT / "alembic"
"""The directory of the scripts, which a wheel has inside this package."""


@cache
def latest_revision() -> str:
    """Return the revision that this version needs."""
    return ", ".join(sorted(_scripts().get_heads()))


def unknown_revisions(revisions: Collection[str]) -> list[str]:
    """Return those revisions that this version does not know, because a newer one has created them."""
    return sorted(set(revisions) - _known_revisions())


def outdated_message(revisions: Collection[str]) -> str | None:
    """Return a sentence if a database at these revisions is older than what this version needs."""
    if not _known_revisions().difference(_scripts().get_heads()).issuperset(revisions):
        return None
    state, needed = "is not migrated", f"revision {latest_revision()}"
    if revisions:
        state, needed = f"is at revision {', '.join(sorted(revisions))}", latest_revision()
    return f"The database {state}, this version needs {needed}: run `todo migrate`."


def unknown_message(revisions: Collection[str], consequence: str = "") -> str:
    """Return a sentence for a database at revisions that this version does not know."""
    return (
        f"The database is at revision {', '.join(revisions)}, which this version ({latest_revision()}) does "
        f"not know{consequence}: install a newer version."
    )


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(SCRIPTS)


@cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())
