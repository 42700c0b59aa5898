"""The command `todo`, run as a user runs it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app import CommandError, __version__, cli
from app.database.scripts import latest_revision
from app.settings import Settings
from tests.support.private_values import PLANTED
from tests.support.processes import TODO, Serve, free_port, todo
from tests.support.sql import new_database, run_sql

ALICE = {"X-User-ID": "alice", "Authorization": f"Bearer {PLANTED}"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
COMMANDS = [
    *(["serve"], ["migrate"], ["openapi"], ["postgres"], ["owners"]),
    *(["owners", "export"], ["owners", "delete"]),
]
UVICORN = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--help"], "Serve tasks over HTTP"),
        (["serve", "--help"], "Serve the API until Ctrl-C"),
        (["migrate", "--help"], "Migrate the database to the latest revision"),
        (["openapi", "--help"], "--check"),
        (["postgres", "--help"], "on the embedded database"),
        (["owners", "export", "--help"], "--output"),
        (["owners", "delete", "--help"], "--yes"),
        (["--version"], __version__),
        ([], "Commands"),
    ],
)
def test_each_command_has_a_help_text(arguments: list[str], text: str) -> None:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.cli, arguments)
    assert text in result.output
    assert result.exit_code == (0 if arguments else 2)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
def test_the_help_names_every_setting(arguments: list[str]) -> None:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.cli, arguments)
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert names <= set(re.findall(r"\w+", result.output))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_each_command_has_an_example(command: list[str]) -> None:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.cli, [*command, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"^ +todo {' '.join(command)}\b", result.output, re.MULTILINE)


def test_the_help_does_not_import_the_packages_of_the_server() -> None:
    program = "import sys, app.cli; print(*{'fastapi', 'sqlalchemy', 'uvicorn'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "\n"


def test_the_printed_curl_command_creates_a_task(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    printed = served.output.read_text()
    assert f"Serving   {served.url}\n" in printed
    assert f"Data      embedded, in {data}\n" in printed
    docs = re.search(r"API docs  (\S+)", printed)
    assert docs is not None
    assert httpx.get(docs[1]).status_code == 200
    curl = re.search(r"curl .*\\\n.*", printed)
    assert curl is not None
    created = subprocess.run(shlex.split(curl[0].replace("\\\n", " ")), check=True, capture_output=True)
    assert b'"title":"Buy milk"' in created.stdout
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).json()["items"][0]["title"] == "Buy milk"


def test_serve_requires_a_migrated_database(serve: Serve, server_url: str) -> None:
    url = new_database(server_url, "served")
    rejected = todo("serve", DATABASE_URL=url, **PROVIDER)
    assert rejected.stderr == (
        f"todo: The database is not migrated, this version needs revision {latest_revision()}: "
        "run `todo migrate`.\n"
    )
    assert rejected.returncode == 1
    for _ in range(2):
        migrated = todo("migrate", DATABASE_URL=url, **PROVIDER)
        message = f"The database is at revision {latest_revision()}, the latest.\n"
        assert (migrated.returncode, migrated.stdout) == (0, message)
    served = serve(DATABASE_URL=url, **PROVIDER)
    httpx.post(f"{served.url}/tasks", json={"title": PLANTED}, headers=ALICE).raise_for_status()
    assert run_sql(url, "SELECT owner_id, title FROM task") == [("alice", PLANTED)]
    assert "the database at DATABASE_URL" in served.output.read_text()


def test_migrate_rejects_a_database_of_a_newer_version(server_url: str) -> None:
    url = new_database(server_url, "newer")
    run_sql(url, "CREATE TABLE alembic_version (version_num varchar)")
    run_sql(url, "INSERT INTO alembic_version VALUES ('from_the_future')")
    result = todo("migrate", DATABASE_URL=url, **PROVIDER)
    assert result.returncode == 1
    assert result.stderr == (
        "todo: The database is at revision from_the_future, which this version "
        f"({latest_revision()}) does not know: install a newer version.\n"
    )


def test_migrate_prefers_the_unpooled_url(server_url: str) -> None:
    url = new_database(server_url, "unpooled")
    unreachable = "postgresql://u:secret@127.0.0.1:1/d"
    result = todo("migrate", DATABASE_URL=unreachable, DATABASE_URL_UNPOOLED=url, **PROVIDER)
    assert result.returncode == 0
    assert run_sql(url, "SELECT count(*) FROM task") == [(0,)]


def test_uvicorn_can_serve_the_application(serve: Serve, task_url: str) -> None:
    port = str(free_port())
    served = serve([*UVICORN, "--port", port], DATABASE_URL=task_url, TODO_PORT=port, **PROVIDER)
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_an_unreachable_database_is_reported_in_one_sentence(command: str) -> None:
    result = todo(command, DATABASE_URL="postgresql://u:secret@127.0.0.1:1/d", **PROVIDER)
    assert result.returncode == 1
    sentence = r"todo: Cannot connect to the database at DATABASE_URL: .*refused.*\n"
    assert re.fullmatch(sentence, result.stderr)
    assert "secret" not in result.stderr


def test_the_options_of_serve_override_the_settings(serve: Serve, task_url: str) -> None:
    port = str(free_port())
    served = serve(
        [
            *("/usr/bin/env", "TODO_PORT=1", "TODO_HOST=192.0.2.1", "TODO_WORKERS=1"),
            *(TODO, "serve", "--host", "127.0.0.1", "--port", port, "--workers", "2"),
        ],
        DATABASE_URL=task_url,
        TODO_PORT=port,
        **PROVIDER,
    )
    assert len(served.workers(2)) == 2
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200


def test_the_committed_document_is_up_to_date() -> None:
    result = todo("openapi", "--check")
    assert (result.returncode, result.stdout) == (0, "openapi.json is up to date.\n")


def test_an_outdated_document_fails_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=f"There is no openapi.json in {tmp_path}: run `todo openapi`."):
        cli.openapi(check=True)
    cli.openapi(check=False)
    cli.openapi(check=True)
    document.write_text(document.read_text().replace("tasks", "chores", 1))
    with pytest.raises(CommandError, match=r"openapi\.json is outdated: run `todo openapi`"):
        cli.openapi(check=True)


@pytest.mark.parametrize(("check", "verb"), [(True, "read"), (False, "write")])
def test_a_document_that_cannot_be_opened_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, check: bool, verb: str
) -> None:
    tmp_path.joinpath("openapi.json").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=f"Cannot {verb} {tmp_path}/openapi.json: Is a directory."):
        cli.openapi(check=check)
