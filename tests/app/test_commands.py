"""The life of `todo serve`: signals, crashes, several servers on the same data."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.private_values import PLANTED
from tests.support.processes import Serve, kill, postgres_below

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
