"""The worker processes of `todo serve`, and their supervisor."""

import socket

import httpx
import psutil

from tests.support.private_values import PLANTED
from tests.support.processes import Serve

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
