"""The commands `todo owners`, run as an administrator runs them."""

import contextlib
import json
import os
import pty
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2
import pytest
from typer.testing import CliRunner, Result

from app import CommandError
from app.cli import cli
from app.database.scripts import latest_revision
from app.owner import OWNER_FORMAT
from tests.support.processes import TODO, Serve, environment, todo, wait_until
from tests.support.sql import new_database, run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}


def fill(url: str) -> None:
    """Write two tasks of alice and two of bob."""
    for owner in ("alice", "bob"):
        for title in ("Buy milk", 'Say "ä" \\ 1'):
            headers = {"X-User-ID": owner}
            httpx.post(f"{url}/tasks", json={"title": title}, headers=headers).raise_for_status()


@pytest.fixture
def database(server_url: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of a database with three tasks of alice and two of bob."""
    url = migrated_database(server_url, f"owners-{abs(hash(request.node.name))}")
    for owner, count in (("alice", 3), ("bob", 2)):
        run_sql(
            url,
            "INSERT INTO task (owner_id, id, title, completed) "  # noqa: S608
            f"SELECT '{owner}', gen_random_uuid(), 'Task ' || i, false FROM generate_series(1, {count}) i",
        )
    return url


def owners(database: str, *arguments: str) -> Result:
    """Run a command of `todo owners` in this process, without a terminal."""
    return CliRunner(env={"DATABASE_URL": database, **PROVIDER}).invoke(cli, ["owners", *arguments])


def reported(result: Result) -> str:
    """Return the sentence of a command that fails without output."""
    assert isinstance(result.exception, CommandError)
    assert result.stdout == ""
    return str(result.exception)


def tasks_of(owner: str, database: str) -> list[Any]:
    statement = f"SELECT xmin::text, t.* FROM task t WHERE owner_id = '{owner}' ORDER BY id"  # noqa: S608
    return run_sql(database, statement)


def test_an_export_has_the_rows_as_the_api_lists_them_and_can_be_put_back(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    fill(served.url)
    exported = todo("owners", "export", "alice", TODO_DATA_DIR=str(data))
    assert (exported.returncode, exported.stderr) == (0, "Exported 2 rows.\n")
    document = json.loads(exported.stdout)
    assert document["owner"] == "alice"
    assert "/api/v1/tasks" in document["resources"]
    tasks = document["resources"]["/api/v1/tasks"]
    client = httpx.Client(base_url=served.url.removesuffix("/api/v1"), headers={"X-User-ID": "alice"})
    with client:
        listed = client.get("/api/v1/tasks", params={"sort": "created_at"}).json()["items"]
        assert sorted(tasks, key=lambda task: task["created_at"]) == listed
        deleted = todo("owners", "delete", "alice", "--yes", TODO_DATA_DIR=str(data))
        assert "  /api/v1/tasks: 2 rows\n" in deleted.stdout
        assert deleted.stdout.endswith("\nDeleted 2 rows of alice.\n")
        assert client.get("/api/v1/tasks").json()["items"] == []
        for task in tasks:
            body = {name: task[name] for name in ("title", "description", "completed")}
            client.put(f"/api/v1/tasks/{task['id']}", json=body).raise_for_status()
        restored = client.get("/api/v1/tasks").json()["items"]
        assert {(task["id"], task["title"]) for task in restored} == {
            (task["id"], task["title"]) for task in tasks
        }
        assert len(client.get("/api/v1/tasks", headers={"X-User-ID": "bob"}).json()["items"]) == 2


def test_an_export_to_a_file_is_private_and_overwrites_nothing(database: str, tmp_path: Path) -> None:
    file = tmp_path / "alice.json"
    exported = owners(database, "export", "alice", "--output", str(file))
    assert exported.exit_code == 0
    assert exported.stdout == ""
    assert len(json.loads(file.read_text())["resources"]["/api/v1/tasks"]) == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    again = owners(database, "export", "alice", "--output", str(file))
    assert reported(again) == f"Cannot create {file}: File exists."
    assert file.read_text() == before


def test_an_export_that_fails_leaves_no_file(database: str, tmp_path: Path) -> None:
    run_sql(database, "ALTER TABLE task RENAME TO stored")
    run_sql(
        database,
        "CREATE VIEW task AS SELECT owner_id, id, created_at, updated_at, version, title, description, "
        "1 / (title <> 'Task 3')::int = 1 AS completed FROM stored",
    )
    file = tmp_path / "alice.json"
    failed = owners(database, "export", "alice", "--output", str(file))
    assert reported(failed) == "The database reports an error, so nothing was changed: division by zero."
    assert not file.exists()


def peak_memory(database: str, owner: str) -> int:
    """Return the largest memory that an export uses, in bytes."""
    peak = 0
    with subprocess.Popen(
        [TODO, "owners", "export", owner],
        env=environment(DATABASE_URL=database, **PROVIDER),
        stdout=subprocess.DEVNULL,
    ) as process:
        running = psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                peak = max(peak, running.memory_info().rss)
            time.sleep(0.01)
    assert process.returncode == 0
    return peak


def test_an_export_of_many_rows_takes_little_memory(database: str) -> None:
    run_sql(
        database,
        "INSERT INTO task (owner_id, id, title, completed, description) "
        "SELECT 'large', gen_random_uuid(), 'Task', false, repeat('x', 2000) FROM generate_series(1, 30000)",
    )
    assert peak_memory(database, "large") - peak_memory(database, "alice") < 20_000_000  # of 60,000,000


def test_an_export_shows_one_point_in_time(database: str) -> None:
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    connection = psycopg2.connect(database)
    connection.cursor().execute("LOCK TABLE task IN ACCESS EXCLUSIVE MODE")
    with ThreadPoolExecutor(1) as pool, contextlib.closing(connection):
        export = pool.submit(todo, "owners", "export", "alice", DATABASE_URL=database, **PROVIDER)
        wait_until(lambda: bool(run_sql(database, waiting)), lambda: "The export does not wait.")
        connection.cursor().execute("UPDATE task SET title = 'Later'")
        connection.commit()
    tasks = json.loads(export.result().stdout)["resources"]["/api/v1/tasks"]
    assert sorted(task["title"] for task in tasks) == ["Task 1", "Task 2", "Task 3"]


def test_a_deletion_leaves_the_rows_of_other_owners_as_they_are(database: str) -> None:
    others = tasks_of("bob", database)
    deleted = owners(database, "delete", "alice", "--yes")
    assert deleted.exit_code == 0
    assert "  /api/v1/tasks: 3 rows\n" in deleted.stdout
    assert deleted.stdout.endswith("\nDeleted 3 rows of alice.\n")
    assert tasks_of("alice", database) == []
    assert tasks_of("bob", database) == others


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 1, 3), ("", 1, 3)])
def test_a_deletion_on_a_terminal_asks_first(database: str, answer: str, code: int, left: int) -> None:
    terminal, child = pty.openpty()
    variables = environment(DATABASE_URL=database, **PROVIDER)
    with subprocess.Popen(
        [TODO, "owners", "delete", "alice"], stdin=child, stdout=subprocess.PIPE, env=variables, text=True
    ) as process:
        os.write(terminal, f"{answer}\n".encode())
        output, _ = process.communicate(timeout=60)
    os.close(terminal)
    os.close(child)
    assert "  /api/v1/tasks: 3 rows\n" in output
    assert "\nDelete 3 rows of alice? This cannot be undone. [y/N]: " in output
    assert process.returncode == code
    assert len(tasks_of("alice", database)) == left


def test_a_deletion_without_a_terminal_requires_yes(database: str) -> None:
    message = "There is no terminal to ask for confirmation: add --yes to delete at once."
    assert reported(owners(database, "delete", "alice")) == message
    assert len(tasks_of("alice", database)) == 3


@pytest.mark.parametrize(
    "command",
    [["export", "carol"], ["delete", "carol", "--yes"], ["export", "--", "-" + "a+/=~" * 50 + "4321"]],
)
def test_an_owner_without_rows_is_no_error(database: str, command: list[str]) -> None:
    result = owners(database, *command)
    assert result.exit_code == 0
    assert "The owner has no rows.\n" in result.output


@pytest.mark.parametrize("command", [["export", "a b"], ["delete", "a'b", "--yes"], ["export", "x" * 256]])
def test_an_invalid_owner_is_reported_in_one_sentence(database: str, command: list[str]) -> None:
    sentence = f"This is not an owner: an owner has {OWNER_FORMAT}."
    assert reported(owners(database, *command)) == sentence


def test_a_database_that_was_never_migrated_is_reported_in_one_sentence(server_url: str) -> None:
    result = owners(new_database(server_url, "never-migrated"), "export", "alice")
    assert reported(result) == (
        f"The database is not migrated, this version needs revision {latest_revision()}: run `todo migrate`."
    )


def test_an_unreachable_database_is_reported_in_one_sentence() -> None:
    result = todo("owners", "export", "alice", DATABASE_URL="postgresql://u:secret@127.0.0.1:1/d", **PROVIDER)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "todo: Cannot connect to the database at DATABASE_URL: connection refused: start the server, "
        "or correct host and port.\n"
    )
