"""PostgreSQL's programs on the embedded database, run by `todo postgres`."""

from pathlib import Path

import pytest

from tests.support.processes import Serve, postgres_below, todo

pytestmark = pytest.mark.slow


def test_a_program_is_connected_to_the_database_of_a_running_server(serve: Serve, data: Path) -> None:
    serve(TODO_DATA_DIR=str(data))
    result = todo("postgres", "psql", "-Atc", "SELECT count(*) FROM task", TODO_DATA_DIR=str(data))
    assert (result.returncode, result.stdout, result.stderr) == (0, "0\n", "")


def test_a_program_starts_and_stops_the_server_if_none_runs_and_sets_the_exit_code(data: Path) -> None:
    result = todo("postgres", "psql", "--no-such-option", TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert "no-such-option" in result.stderr
    assert postgres_below(data) == []


def test_the_arguments_of_a_program_are_not_those_of_todo(data: Path) -> None:
    result = todo("postgres", "pg_dump", "--help", TODO_DATA_DIR=str(data))
    assert "pg_dump exports a PostgreSQL database" in result.stdout


def test_an_unknown_program_is_reported_in_one_sentence(data: Path) -> None:
    result = todo("postgres", "../bin/psql", TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert result.stderr == (
        "todo: ../bin/psql is not a program of PostgreSQL: try pg_dump, pg_restore or psql.\n"
    )


def test_a_configured_database_is_reported_in_one_sentence() -> None:
    result = todo(
        "postgres",
        "pg_dump",
        DATABASE_URL="postgresql://u:secret@127.0.0.1:1/d",
        TODO_OWNER_PROVIDER="app.owner:trusted_header",
    )
    assert result.returncode == 1
    assert result.stderr == (
        "todo: DATABASE_URL is set, but `todo postgres` is for the embedded database: unset it, or call "
        "your own pg_dump with the URL.\n"
    )
