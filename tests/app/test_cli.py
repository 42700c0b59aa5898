"""The command, started as its user starts it."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app import CommandError, __version__, cli, commands
from tests.support.processes import Serve, clear_settings, free_port, todo
from tests.support.sql import new_database, run_sql

ALICE = {"X-User-ID": "alice"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "Serve tasks over HTTP"),
        (["serve", "--help"], "Serve the API until Ctrl-C"),
        (["migrate", "--help"], "Bring the database to the newest revision"),
        (["openapi", "--help"], "--check"),
        (["--version"], __version__),
        ([], "Commands"),
    ],
)
def test_each_command_says_what_it_does(arguments: list[str], said: str) -> None:
    done = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.cli, arguments)
    assert said in done.output
    assert done.exit_code == (0 if arguments else 2)


def test_the_help_waits_for_nothing_that_only_a_server_needs() -> None:
    program = "import sys, app.cli; print(*{'fastapi', 'sqlalchemy', 'uvicorn'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "\n"


def test_the_announced_curl_creates_a_task(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    announced = served.output.read_text()
    assert f"Serving   {served.url}\n" in announced
    assert f"Data      embedded, in {data}\n" in announced
    docs = re.search(r"API docs  (\S+)", announced)
    assert docs is not None
    assert httpx.get(docs[1]).status_code == 200
    curl = re.search(r"curl .*\\\n.*", announced)
    assert curl is not None
    created = subprocess.run(shlex.split(curl[0].replace("\\\n", " ")), check=True, capture_output=True)
    assert b'"title":"Buy milk"' in created.stdout
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).json()["items"][0]["title"] == "Buy milk"


def test_a_migrated_database_is_served(serve: Serve, server_url: str) -> None:
    url = new_database(server_url, "served")
    refused = todo("serve", DATABASE_URL=url, **PROVIDER)
    assert refused.stderr == "todo: The database lacks the newest revision: run `todo migrate`.\n"
    assert refused.returncode == 1
    for _ in range(2):
        done = todo("migrate", DATABASE_URL=url, **PROVIDER)
        assert (done.returncode, done.stdout) == (0, "The database is at the newest revision.\n")
    served = serve(DATABASE_URL=url, **PROVIDER)
    httpx.post(f"{served.url}/tasks", json={"title": "Buy milk"}, headers=ALICE).raise_for_status()
    assert run_sql(url, "SELECT owner_id, title FROM task") == [("alice", "Buy milk")]
    assert "the database at DATABASE_URL" in served.output.read_text()


def test_a_database_of_a_newer_version_is_one_sentence(server_url: str) -> None:
    url = new_database(server_url, "newer")
    run_sql(url, "CREATE TABLE alembic_version (version_num varchar)")
    run_sql(url, "INSERT INTO alembic_version VALUES ('from_the_future')")
    done = todo("migrate", DATABASE_URL=url, **PROVIDER)
    assert done.returncode == 1
    assert done.stderr == "todo: The database has a revision that this version does not know.\n"


def test_migrations_take_the_unpooled_way(server_url: str) -> None:
    url = new_database(server_url, "unpooled")
    nowhere = "postgresql://u:secret@127.0.0.1:1/d"
    done = todo("migrate", DATABASE_URL=nowhere, DATABASE_URL_UNPOOLED=url, **PROVIDER)
    assert done.returncode == 0
    assert run_sql(url, "SELECT count(*) FROM task") == [(0,)]


def test_uvicorn_serves_the_application_too(serve: Serve, task_url: str) -> None:
    port = str(free_port())
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", port]
    served = serve(command, DATABASE_URL=task_url, TODO_PORT=port, **PROVIDER)
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200


def test_uvicorn_without_a_database_is_told_what_to_do() -> None:
    command = [sys.executable, "-m", "uvicorn", "app.main:app"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": os.defpath})
    assert done.returncode == 1
    assert done.stderr == "DATABASE_URL is not set: set it, or use `todo serve`, which brings a database.\n"


def test_a_failure_is_printed_and_is_exit_code_1() -> None:
    done = todo("serve", TODO_PORT="x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("todo: TODO_PORT should be a valid integer")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_an_unreachable_database_is_one_sentence(command: str) -> None:
    done = todo(command, DATABASE_URL="postgresql://u:secret@127.0.0.1:1/d", **PROVIDER)
    assert done.returncode == 1
    assert re.fullmatch(r"todo: The database at DATABASE_URL cannot be reached: .*refused.*\n", done.stderr)
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"TODO_PROT": "1"}, "todo: TODO_PROT is not a setting"),
        ({"TODO_PORT": "x"}, "todo: TODO_PORT should be a valid integer"),
        ({"TODO_OWNER_PROVIDER": "x:y"}, "todo: TODO_OWNER_PROVIDER: 'x:y' cannot be imported"),
        ({"DATABASE_URL": "postgresql://h/d"}, "todo: TODO_OWNER_PROVIDER is not set, and with DATABASE_URL"),
        ({"TODO_HOST": "192.0.2.1", **PROVIDER}, "todo: 192.0.2.1:"),
        ({"TODO_DATA_DIR": "/dev/null/x"}, "todo: "),
        ({"TODO_DATA_DIR": "/" + "x" * 300}, "todo: "),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sentence: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["todo", "serve"])
    clear_settings(monkeypatch)
    for name, value in {"TODO_PORT": str(free_port()), **settings}.items():
        monkeypatch.setenv(name, value)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
    try:
        with pytest.raises(SystemExit) as stop:
            cli.main()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGHUP, before[1])
    assert str(stop.value).startswith(sentence)
    assert "\n" not in str(stop.value)


def test_a_taken_port_is_one_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = todo("serve", TODO_PORT=str(port), TODO_DATA_DIR=str(data))
    assert done.returncode == 1
    assert done.stderr == (
        f"todo: 127.0.0.1:{port} cannot be listened on (Address already in use): "
        "set TODO_PORT to a free port, or TODO_HOST to an address of this machine.\n"
    )
    assert not data.exists()


def test_data_of_another_version_are_one_sentence(data: Path) -> None:
    Path(data, "server", "cluster").mkdir(parents=True)
    Path(data, "server", "cluster", "PG_VERSION").write_text("15\n")
    done = todo("serve", TODO_DATA_DIR=str(data))
    assert done.returncode == 1
    assert done.stderr.startswith(f"todo: The data in {data} are PostgreSQL 15's and this is PostgreSQL 18:")


def test_a_directory_that_holds_something_else_is_one_sentence(data: Path) -> None:
    Path(data, "server", "cluster").mkdir(parents=True)
    done = todo("serve", TODO_DATA_DIR=str(data))
    assert done.returncode == 1
    assert done.stderr == (
        f"todo: {data}/server/cluster holds no data of PostgreSQL: move it away, or set TODO_DATA_DIR.\n"
    )


def test_the_document_is_committed() -> None:
    done = todo("openapi", "--check")
    assert (done.returncode, done.stdout) == (0, "openapi.json is what the application serves.\n")


def test_a_stale_document_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = tmp_path / "openapi.json"
    monkeypatch.setattr(commands, "DOCUMENT", stale)
    with pytest.raises(CommandError, match="run `todo openapi`"):
        cli.openapi(check=True)
    cli.openapi(check=False)
    cli.openapi(check=True)
    stale.write_text(stale.read_text().replace("tasks", "chores", 1))
    with pytest.raises(CommandError, match="run `todo openapi`"):
        cli.openapi(check=True)
