"""The embedded PostgreSQL server."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from app.embedded_postgres.account import server_account
from app.embedded_postgres.cluster import EmbeddedError
from app.embedded_postgres.server import data_directory, embedded_postgres
from tests.support.sql import run_sql


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that the account of the server can reach."""
    with tempfile.TemporaryDirectory(prefix="todo-data-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("name", ["data", "a b$c'd\"é", "x" * 60 + "/" + "y" * 60])
def test_the_server_runs_in_any_directory_without_a_port(directory: Path, name: str) -> None:
    with embedded_postgres(directory / name) as url:
        assert run_sql(url, "SELECT current_setting('listen_addresses')") == [("",)]
        assert run_sql(url, "SELECT current_setting('fsync'), current_setting('TimeZone')") == [("on", "UTC")]


def test_the_server_ends_statements_whose_client_has_gone(directory: Path) -> None:
    with embedded_postgres(directory / "data") as url:
        assert run_sql(url, "SHOW client_connection_check_interval") == [("1s",)]


def test_data_persist_but_the_parameters_of_a_server_do_not(directory: Path) -> None:
    with embedded_postgres(directory / "data", {"work_mem": "5MB"}) as url:
        run_sql(url, "CREATE TABLE persistent AS SELECT current_setting('work_mem') AS value")
        with embedded_postgres(directory / "data") as joined_url:
            assert joined_url == url
        assert run_sql(url, "SELECT value FROM persistent") == [("5MB",)]
    with pytest.raises(psycopg2.OperationalError):
        run_sql(url, "SELECT 1")
    with embedded_postgres(directory / "data") as url:
        assert run_sql(url, "SELECT value, current_setting('work_mem') FROM persistent") == [("5MB", "4MB")]


def test_the_locale_and_pg_variables_of_the_caller_are_ignored(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.nonsense")
    monkeypatch.setenv("PGHOST", "nowhere.example")
    with embedded_postgres(directory / "data") as url:
        assert run_sql(url, "SELECT 'ä' < 'z'") == [(False,)]


def test_leftovers_of_a_killed_server_are_removed(directory: Path) -> None:
    with embedded_postgres(directory / "data") as url:
        run_sql(url, "CREATE TABLE persistent ()")
    # As after a crash, with a process id that belongs to another program by now.
    home = Path(directory, "data", "server")
    home.joinpath("cluster", "postmaster.pid").write_text(
        f"{os.getpid()}\n{directory}\n1\n5432\n{directory}\n"
    )
    home.joinpath("cluster.unfinished").mkdir()
    with embedded_postgres(directory / "data") as url:
        run_sql(url, "SELECT FROM persistent")


def test_only_the_account_of_the_server_can_read_the_data(directory: Path) -> None:
    with embedded_postgres(directory / "data"):
        mode = stat.S_IMODE(Path(directory, "data", "server", "cluster").stat().st_mode)
    assert mode == stat.S_IRWXU


@pytest.mark.parametrize("exists", [False, True])
def test_only_the_account_of_the_server_can_read_its_log(directory: Path, *, exists: bool) -> None:
    log = Path(directory, "data", "postgres.log")
    if exists:
        log.parent.mkdir()
        log.touch(0o644)
    with embedded_postgres(directory / "data"):
        status = log.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, server_account().uid)


def test_a_server_that_cannot_start_is_reported(directory: Path) -> None:
    error = pytest.raises(EmbeddedError, match=r"PostgreSQL did not start on .*postgres\.log")
    with error, embedded_postgres(directory / "data", {"work_mem": "nonsense"}):
        pass


def test_data_that_cannot_be_created_are_reported(directory: Path) -> None:
    Path(directory, "data", "server").mkdir(parents=True)
    Path(directory, "data", "server", "cluster.unfinished").write_text("in the way")
    error = pytest.raises(EmbeddedError, match="PostgreSQL could not create its data")
    with error, embedded_postgres(directory / "data"):
        pass


def test_a_socket_directory_of_another_user_is_rejected(directory: Path) -> None:
    long = directory / ("x" * 100)
    with embedded_postgres(long) as url:
        sockets = Path(psycopg2.extensions.parse_dsn(url)["host"])
    sockets.chmod(0o755)
    error = pytest.raises(EmbeddedError, match="belongs to another user")
    with contextlib.ExitStack() as stack:
        stack.callback(sockets.rmdir)
        stack.enter_context(error)
        stack.enter_context(embedded_postgres(long))


def test_the_default_data_directory_is_below_the_current_one(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    assert data_directory(None) == directory / ".data"
    assert data_directory(Path("elsewhere")) == directory / "elsewhere"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_data_of_root_are_below_var_lib_if_the_account_cannot_reach_the_default(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.chmod(0o700)
    monkeypatch.chdir(directory)
    assert data_directory(None).parent == Path("/var/lib/backend-todo")
    with pytest.raises(EmbeddedError, match="not accessible to the account `nobody`"):
        data_directory(directory / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_root_remains_the_owner_of_the_data_directory(directory: Path) -> None:
    with embedded_postgres(directory):
        assert directory.stat().st_uid == 0
        assert directory.joinpath("server").stat().st_uid == server_account().uid


def test_a_missing_wheel_is_reported(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    error = pytest.raises(EmbeddedError, match="The package embedded-postgres is missing")
    with error, embedded_postgres(directory / "data"):
        pass
