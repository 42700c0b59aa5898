"""The worker processes of `todo serve`, and their supervisor."""

import signal
import socket

import httpx
import psutil
import pytest

from tests.support.private_values import PLANTED
from tests.support.processes import Serve, todo

pytestmark = pytest.mark.slow

ALICE = {"X-User-ID": "alice", "Authorization": f"Bearer {PLANTED}"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}


def test_workers_end_and_free_the_port_when_their_supervisor_is_killed(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    assert len(served.workers(2)) == 2
    descendants = psutil.Process(served.process.pid).children(recursive=True)
    served.process.kill()
    _, alive = psutil.wait_procs([psutil.Process(served.process.pid), *descendants], timeout=20)
    assert alive == []
    port = httpx.URL(served.url).port
    assert port is not None
    socket.create_server(("127.0.0.1", port)).close()


def test_each_worker_accepts_connections_of_the_shared_socket(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    workers = served.workers(2)
    assert len(workers) == 2
    for suspended in workers:
        suspended.suspend()
        try:
            assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
        finally:
            suspended.resume()


def test_a_killed_worker_is_replaced_while_the_others_serve(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    killed = served.workers(2)[0]
    killed.suspend()  # so that the connection is the other worker's
    with httpx.Client(headers=ALICE) as client:
        assert client.get(f"{served.url}/tasks").status_code == 200
        killed.kill()
        while len(served.workers(3)) < 2 or killed.is_running():
            assert client.get(f"{served.url}/tasks").status_code == 200
    assert killed.pid not in {worker.pid for worker in served.workers(3)}
    assert f"worker {killed.pid} has ended (exit code -9); restarting it" in served.output.read_text()
    assert served.stop(signal.SIGTERM) == 0


def test_a_worker_that_is_told_to_stop_is_replaced_and_connections_continue(
    serve: Serve, task_url: str
) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    for worker in served.workers(2):
        started = served.output.read_text().count("Application startup complete")
        worker.terminate()
        while served.output.read_text().count("Application startup complete") == started:
            assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
    assert served.stop() == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_cannot_start_ends_with_an_error(task_url: str, workers: str) -> None:
    provider = "tests.support.broken_at_start:owner"
    result = todo("serve", DATABASE_URL=task_url, TODO_WORKERS=workers, TODO_OWNER_PROVIDER=provider)
    assert result.returncode == 1
    assert f"TODO_OWNER_PROVIDER '{provider}' cannot be imported (it is broken now)" in result.stderr
    if workers == "2":
        last = result.stderr.splitlines()[-1]
        assert last == "todo: The worker processes do not start: see the messages above."


def test_a_worker_that_does_not_stop_is_killed(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    served.workers(2)[0].suspend()
    assert served.stop() == 0
