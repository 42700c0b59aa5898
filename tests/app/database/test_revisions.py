"""Databases that are at another revision than the application needs."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.database.scripts import latest_revision
from tests.app.test_cli import ALICE, PROVIDER
from tests.support.guides import copy_of_project
from tests.support.processes import Serve, run_to_end, todo
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

NEXT = '''"""Change nothing."""

revision = "{revision}"
down_revision = "{follows}"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''

Todo = Callable[..., "subprocess.CompletedProcess[str]"]


def version_with(directory: Path, *revisions: str) -> Todo:
    """Return the command of a version with more migrations, each of which follows the latest revision."""
    project = copy_of_project(directory, "app", "routers", "alembic")
    for revision in revisions:
        script = NEXT.format(revision=revision, follows=latest_revision())
        project.joinpath("alembic", "versions", f"{revision}.py").write_text(script)

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        program = "from app.cli import main; main()"
        command = [sys.executable, "-P", "-c", program, *arguments]
        return run_to_end(command, PYTHONPATH=str(project), **PROVIDER, **settings)

    return run


@pytest.mark.parametrize("arguments", [["serve"], ["owners", "export", "carol"]])
def test_an_older_database_is_reported_with_both_revisions_until_it_is_migrated(
    server_url: str, tmp_path: Path, arguments: list[str]
) -> None:
    url, newer = migrated_database(server_url, f"older-{arguments[0]}"), version_with(tmp_path, "next")
    result = newer(*arguments, DATABASE_URL=url)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"todo: The database is at revision {latest_revision()}, this version needs next: "
        "run `todo migrate`.\n"
    )
    assert newer("migrate", DATABASE_URL=url).stdout == "The database is at revision next, the latest.\n"
    assert newer("owners", "export", "carol", DATABASE_URL=url).returncode == 0


def test_a_newer_database_is_used_with_a_warning_of_the_server_that_names_both_revisions(
    serve: Serve, server_url: str
) -> None:
    url = migrated_database(server_url, "newer-served")
    run_sql(url, "UPDATE alembic_version SET version_num = 'next'")
    served = serve(DATABASE_URL=url, TODO_LOG_FORMAT="console", **PROVIDER)
    for _ in range(2):
        assert httpx.get(f"{served.root}/readyz").status_code == 200
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
    warning = (
        "the database is at a revision that this version does not know "
        f"latest_known={latest_revision()} revision=next\n"
    )
    assert served.output.read_text().count(warning) == 1
    exported = todo("owners", "export", "carol", DATABASE_URL=url, **PROVIDER)
    assert json.loads(exported.stdout)["resources"]["/api/v1/tasks"] == []


def test_a_newer_database_without_a_column_that_is_needed_requires_a_newer_version(server_url: str) -> None:
    url = migrated_database(server_url, "newer-incompatible")
    run_sql(url, "UPDATE alembic_version SET version_num = 'next'; ALTER TABLE task DROP COLUMN completed")
    result = todo("serve", DATABASE_URL=url, **PROVIDER)
    assert result.returncode == 1
    assert result.stderr == (
        f"todo: The database is at revision next, which this version ({latest_revision()}) does not know, "
        "and has no task.completed: install a newer version.\n"
    )


def test_two_latest_revisions_are_reported_with_the_command_that_merges_them(
    server_url: str, tmp_path: Path
) -> None:
    url = migrated_database(server_url, "two-heads")
    result = version_with(tmp_path, "one", "other")("migrate", DATABASE_URL=url)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "todo: The migrations have several latest revisions, one, other: "
        "merge them with `alembic merge heads`.\n"
    )
