"""The life of `todo serve`: signals, crashes, several servers on the same data."""

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.private_values import PLANTED
from tests.support.processes import (
    STOP_SECONDS,
    TODO,
    Serve,
    environment,
    kill,
    postgres_below,
    postmaster,
    wait_until,
)

pytestmark = pytest.mark.slow

ALICE = {"X-User-ID": "alice", "Authorization": f"Bearer {PLANTED}"}


@pytest.mark.parametrize(
    ("number", "workers"),
    [(signal.SIGINT, "1"), (signal.SIGTERM, "1"), (signal.SIGHUP, "1"), (signal.SIGHUP, "2")],
)
def test_a_signal_stops_the_server_and_the_embedded_database(
    serve: Serve, data: Path, number: signal.Signals, workers: str
) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS=workers)
    assert postgres_below(data)
    assert served.stop(number) == 0
    assert postgres_below(data) == []
    assert "Traceback" not in served.output.read_text()
    assert "database system is shut down" in Path(data, "postgres.log").read_text()


def test_data_survive_when_the_server_and_the_database_are_killed(serve: Serve, data: Path) -> None:
    first = serve(TODO_DATA_DIR=str(data))
    httpx.post(f"{first.url}/tasks", json={"title": PLANTED}, headers=ALICE).raise_for_status()
    kill([psutil.Process(first.process.pid), *postgres_below(data)])
    second = serve(TODO_DATA_DIR=str(data))
    items = httpx.get(f"{second.url}/tasks", headers=ALICE).json()["items"]
    assert [task["title"] for task in items] == [PLANTED]


def test_a_new_server_takes_over_the_database_of_a_killed_one(serve: Serve, data: Path) -> None:
    first = serve(TODO_DATA_DIR=str(data))
    before = {process.pid for process in postgres_below(data)}
    first.process.kill()
    first.process.wait()
    second = serve(TODO_DATA_DIR=str(data))
    assert before & {process.pid for process in postgres_below(data)}
    assert second.stop() == 0
    assert postgres_below(data) == []


def test_two_servers_share_a_database_until_the_last_one_stops(serve: Serve, data: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: serve(TODO_DATA_DIR=str(data)), range(2))
    httpx.post(f"{first.url}/tasks", json={"title": PLANTED}, headers=ALICE).raise_for_status()
    first.stop()
    assert len(httpx.get(f"{second.url}/tasks", headers=ALICE).json()["items"]) == 1
    second.stop()
    assert postgres_below(data) == []


def test_workers_share_an_embedded_database(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS="2")
    assert len(served.workers(2)) == 2
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
    assert served.stop() == 0
    assert postgres_below(data) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_database_is_started_again(serve: Serve, data: Path, workers: str) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS=workers)
    httpx.post(f"{served.url}/tasks", json={"title": "Buy milk"}, headers=ALICE).raise_for_status()
    kill([postmaster(data)])
    wait_until(
        lambda: httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200, served.output.read_text
    )
    items = httpx.get(f"{served.url}/tasks", headers=ALICE).json()["items"]
    assert [task["title"] for task in items] == ["Buy milk"]
    assert "restarting it" in served.output.read_text()
    assert served.stop(signal.SIGTERM) == 0
    assert postgres_below(data) == []


def test_a_server_with_a_dead_database_stops(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    postmaster(data).kill()
    assert served.stop(signal.SIGTERM) == 0
    assert postgres_below(data) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_ends_with_an_error_if_its_database_does_not_start_again(
    serve: Serve, data: Path, workers: str
) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS=workers)
    Path(data, "server", "cluster", "global", "pg_control").unlink()
    kill([postmaster(data)])
    assert served.process.wait(60) == 1
    message = served.output.read_text().splitlines()[-1]
    assert message.startswith(f"todo: The embedded PostgreSQL on {data} has ended and does not start again:")


@pytest.mark.parametrize("file", ["server/cluster.unfinished/PG_VERSION", "server/cluster/postmaster.pid"])
def test_a_signal_during_the_start_leaves_nothing_behind(data: Path, tmp_path: Path, file: str) -> None:
    output = tmp_path / "output"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [TODO, "serve"], env=environment(TODO_DATA_DIR=str(data)), stdout=stream, stderr=stream
        )
    wait_until(Path(data, file).exists, output.read_text)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_SECONDS) == 0
    assert postgres_below(data) == []
    assert "Traceback" not in output.read_text()


def test_a_signal_during_a_migration_stops_the_embedded_database(data: Path) -> None:
    with subprocess.Popen([TODO, "migrate"], env=environment(TODO_DATA_DIR=str(data))) as process:
        wait_until(Path(data, "server/cluster/postmaster.pid").exists, lambda: "PostgreSQL does not start")
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 143
    assert postgres_below(data) == []


def test_closed_standard_streams_do_not_matter(serve: Serve, data: Path) -> None:
    served = serve(["sh", "-c", f"exec {TODO} serve <&- >&- 2>&-"], TODO_DATA_DIR=str(data), TODO_WORKERS="2")
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
    assert served.stop(signal.SIGTERM) == 0
