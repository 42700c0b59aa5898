"""Which revisions another one follows."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.database.migrations import configuration
from app.database.revisions import VERSIONS, surpassed

BRANCHES = {
    "0001": "None",
    "0002": '"0001"',
    "0003a": '"0002"',
    "0003b": '"0002"',
    "0004": '("0003a", "0003b")',
}


def by_alembic(scripts: ScriptDirectory) -> set[str]:
    return {script.revision for script in scripts.walk_revisions() if not script.is_head}


def test_those_of_this_version_are_alembics() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert scripts.get_revisions("heads")
    assert surpassed(VERSIONS) == by_alembic(scripts)


@pytest.mark.parametrize("typed", ["", ": str | None"])
@pytest.mark.parametrize("number", range(1, len(BRANCHES) + 1))
def test_those_of_a_history_with_branches_are_alembics(tmp_path: Path, typed: str, number: int) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for revision, below in list(BRANCHES.items())[:number]:
        versions.joinpath(f"{revision}_x.py").write_text(
            f'"""Change something."""\n\nrevision = "{revision}"\ndown_revision{typed} = {below}\n'
        )
    found = surpassed(versions)
    assert found == by_alembic(ScriptDirectory(str(tmp_path)))
    assert len(found) == [0, 1, 2, 2, 4][number - 1]
