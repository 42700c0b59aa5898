"""`todo serve` from start to end: signals, crashes, company."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.processes import Serve, postgres_below

ALICE = {"X-User-ID": "alice"}


@pytest.mark.parametrize(
    ("number", "workers"),
    [(signal.SIGINT, "1"), (signal.SIGTERM, "1"), (signal.SIGHUP, "1"), (signal.SIGHUP, "2")],
)
def test_a_signal_stops_the_server_then_the_database(
    serve: Serve, data: Path, number: signal.Signals, workers: str
) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS=workers)
    assert postgres_below(data)
    assert served.stop(number) == 0
    assert postgres_below(data) == []
    assert "Traceback" not in served.output.read_text()
    assert "database system is shut down" in Path(data, "postgres.log").read_text()


def test_data_survive_the_killing_of_everything(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data))
    httpx.post(f"{served.url}/tasks", json={"title": "Buy milk"}, headers=ALICE).raise_for_status()
    for process in [psutil.Process(served.process.pid), *postgres_below(data)]:
        process.kill()
    served.process.wait()
    again = serve(TODO_DATA_DIR=str(data))
    assert [task["title"] for task in httpx.get(f"{again.url}/tasks", headers=ALICE).json()["items"]] == [
        "Buy milk"
    ]


def test_a_server_whose_starter_was_killed_is_adopted_and_stopped(serve: Serve, data: Path) -> None:
    first = serve(TODO_DATA_DIR=str(data))
    before = {process.pid for process in postgres_below(data)}
    first.process.kill()
    first.process.wait()
    second = serve(TODO_DATA_DIR=str(data))
    assert before & {process.pid for process in postgres_below(data)}
    second.stop()
    assert postgres_below(data) == []


def test_two_at_once_share_the_database_until_the_last_one_leaves(serve: Serve, data: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: serve(TODO_DATA_DIR=str(data)), range(2))
    httpx.post(f"{first.url}/tasks", json={"title": "Buy milk"}, headers=ALICE).raise_for_status()
    first.stop()
    assert len(httpx.get(f"{second.url}/tasks", headers=ALICE).json()["items"]) == 1
    second.stop()
    assert postgres_below(data) == []


def test_workers_serve_together(serve: Serve, data: Path) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_WORKERS="2")
    assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
    deadline = time.monotonic() + 20
    while served.output.read_text().count("Application startup complete") < 2:
        assert time.monotonic() < deadline, served.output.read_text()
        time.sleep(0.1)
    assert served.stop() == 0
    assert postgres_below(data) == []
