"""An embedded server that ends is started again."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psycopg2
import pytest

from app.embedded_postgres.cluster import EmbeddedError
from app.embedded_postgres.server import embedded_postgres
from tests.support.processes import ROOT, STOP_SECONDS, kill, postgres_below, postmaster, wait_until
from tests.support.sql import run_sql

pytestmark = pytest.mark.slow

USER = """
import pathlib, sys
from app.embedded_postgres.server import embedded_postgres
with embedded_postgres(pathlib.Path(sys.argv[1])):
    print("started", flush=True)
    sys.stdin.read()
"""


def wait_until_responding(data: Path, url: str) -> None:
    def responds() -> bool:
        try:
            return bool(run_sql(url, "SELECT 1"))
        except psycopg2.OperationalError:
            return False

    wait_until(responds, Path(data, "postgres.log").read_text)


@contextlib.contextmanager
def other_user(data: Path) -> "Iterator[subprocess.Popen[str]]":
    """Use the server of a data directory in a process of its own."""
    command = [sys.executable, "-c", USER, str(data)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        yield process


def test_a_killed_server_is_started_again_with_its_data(data: Path) -> None:
    with embedded_postgres(data, {"work_mem": "5MB"}) as url:
        run_sql(url, "CREATE TABLE persistent AS SELECT 1 AS value")
        kill([postmaster(data)])
        wait_until_responding(data, url)
        assert run_sql(url, "SELECT value, current_setting('work_mem') FROM persistent") == [(1, "5MB")]
    assert postgres_below(data) == []


def test_a_user_restarts_the_server_that_a_killed_user_had_started(data: Path) -> None:
    with other_user(data) as other, embedded_postgres(data) as url:
        run_sql(url, "CREATE TABLE persistent ()")
        other.kill()
        other.wait()
        kill([postmaster(data)])
        wait_until_responding(data, url)
        run_sql(url, "SELECT FROM persistent")
    assert postgres_below(data) == []


def test_a_statement_that_outlives_its_server_does_not_prevent_the_restart(data: Path) -> None:
    def run_endless_statement() -> None:
        # Unlike a statement that waits, it does not notice the end of its server.
        with contextlib.suppress(psycopg2.OperationalError):
            run_sql(url, "SELECT count(*) FROM generate_series(1, 100000000000)")

    with embedded_postgres(data) as url:
        thread = Thread(target=run_endless_statement, daemon=True)
        thread.start()
        active = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%generate%' AND pid <> pg_backend_pid()"
        wait_until(lambda: bool(run_sql(url, active)), lambda: "the statement does not run")
        kill([postmaster(data)])
        wait_until_responding(data, url)
        thread.join(STOP_SECONDS)
        assert not thread.is_alive()


def test_the_block_raises_an_error_if_the_server_does_not_start_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.embedded_postgres.watcher.BACKOFF", (0.0, 0.1))
    failed = Event()
    error = pytest.raises(EmbeddedError, match=r"has ended and does not start again: see .*postgres\.log")
    with error, embedded_postgres(data, on_failure=failed.set):
        Path(data, "server", "cluster", "global", "pg_control").unlink()
        kill([postmaster(data)])
        assert failed.wait(60)


def test_a_server_that_has_ended_is_not_waited_for_at_the_end(data: Path) -> None:
    with other_user(data) as other:
        with embedded_postgres(data):
            other.send_signal(signal.SIGSTOP)  # so it does not even read the exit code of its child
            before = time.monotonic()
            postmaster(data).kill()
        assert time.monotonic() - before < STOP_SECONDS
        other.send_signal(signal.SIGCONT)
    assert other.returncode == 0
    assert postgres_below(data) == []
