"""The embedded server, in the places where people keep their checkouts."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from app.embedded_postgres.account import server_account
from app.embedded_postgres.server import EmbeddedError, data_directory, embedded_postgres
from tests.support.sql import run_sql


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the account for servers can reach."""
    with tempfile.TemporaryDirectory(prefix="todo-data-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("name", ["data", "a b$c'd\"é", "x" * 60 + "/" + "y" * 60])
def test_it_runs_wherever_the_data_are(place: Path, name: str) -> None:
    with embedded_postgres(place / name) as url:
        assert run_sql(url, "SELECT current_setting('listen_addresses')") == [("",)]
        assert run_sql(url, "SELECT current_setting('fsync'), current_setting('TimeZone')") == [("on", "UTC")]


def test_data_last_and_settings_are_the_starters(place: Path) -> None:
    with embedded_postgres(place / "data", {"work_mem": "5MB"}) as url:
        run_sql(url, "CREATE TABLE kept AS SELECT current_setting('work_mem') AS value")
        with embedded_postgres(place / "data") as same:
            assert same == url
        assert run_sql(url, "SELECT value FROM kept") == [("5MB",)]
    with pytest.raises(psycopg2.OperationalError):
        run_sql(url, "SELECT 1")
    with embedded_postgres(place / "data") as url:
        assert run_sql(url, "SELECT value, current_setting('work_mem') FROM kept") == [("5MB", "4MB")]


def test_a_strange_locale_does_not_matter(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.nonsense")
    monkeypatch.setenv("PGHOST", "nowhere.example")
    with embedded_postgres(place / "data") as url:
        assert run_sql(url, "SELECT 'ä' < 'z'") == [(False,)]


def test_leavings_of_a_killed_server_do_not_matter(place: Path) -> None:
    with embedded_postgres(place / "data") as url:
        run_sql(url, "CREATE TABLE kept ()")
    # As after a crash, with a process id that has become somebody else's.
    home = Path(place, "data", "server")
    home.joinpath("cluster", "postmaster.pid").write_text(f"{os.getpid()}\n{place}\n1\n5432\n{place}\n")
    home.joinpath("cluster.unfinished").mkdir()
    with embedded_postgres(place / "data") as url:
        run_sql(url, "SELECT FROM kept")


def test_only_its_owner_may_enter(place: Path) -> None:
    with embedded_postgres(place / "data"):
        mode = stat.S_IMODE(Path(place, "data", "server", "cluster").stat().st_mode)
    assert mode == stat.S_IRWXU


def test_a_server_that_cannot_start_is_one_sentence(place: Path) -> None:
    refusal = pytest.raises(EmbeddedError, match=r"PostgreSQL did not start on .*postgres\.log")
    with refusal, embedded_postgres(place / "data", {"work_mem": "nonsense"}):
        pass


def test_data_that_cannot_be_created_are_one_sentence(place: Path) -> None:
    Path(place, "data", "server").mkdir(parents=True)
    Path(place, "data", "server", "cluster.unfinished").write_text("in the way")
    refusal = pytest.raises(EmbeddedError, match="PostgreSQL could not create its data")
    with refusal, embedded_postgres(place / "data"):
        pass


def test_a_socket_directory_of_somebody_else_is_refused(place: Path) -> None:
    long = place / ("x" * 100)
    with embedded_postgres(long) as url:
        sockets = Path(psycopg2.extensions.parse_dsn(url)["host"])
    sockets.chmod(0o755)
    refusal = pytest.raises(EmbeddedError, match="belongs to somebody else")
    with contextlib.ExitStack() as stack:
        stack.callback(sockets.rmdir)
        stack.enter_context(refusal)
        stack.enter_context(embedded_postgres(long))


def test_by_default_data_are_beside_the_caller(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    assert data_directory(None) == place / ".data"
    assert data_directory(Path("elsewhere")) == place / "elsewhere"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_out_of_reach_of_the_servers_account_they_are_elsewhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.chmod(0o700)
    monkeypatch.chdir(place)
    assert data_directory(None).parent == Path("/var/lib/backend-todo")
    with pytest.raises(EmbeddedError, match="out of reach for the account `nobody`"):
        data_directory(place / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_root_keeps_the_directory_that_it_names(place: Path) -> None:
    with embedded_postgres(place):
        assert place.stat().st_uid == 0
        assert place.joinpath("server").stat().st_uid == server_account().uid


def test_without_the_wheel_it_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    refusal = pytest.raises(EmbeddedError, match="The package embedded-postgres is missing")
    with refusal, embedded_postgres(place / "data"):
        pass
