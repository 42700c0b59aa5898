"""Prometheus metrics, of one worker and of several."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import psycopg2
import pytest

from tests.support.processes import Serve, todo, wait_until
from tests.support.scraped import PROVIDER, Scraped
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

ALICE = {"X-User-ID": "alice-the-owner"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_requests_are_counted_by_method_route_and_status(serve: Serve, task_url: str, workers: str) -> None:
    scraped = Scraped(serve, DATABASE_URL=task_url, TODO_WORKERS=workers)
    if workers == "2":
        scraped.served.workers(2)
    url = scraped.served.url
    for _ in range(10):  # a connection each, so that several workers take part
        httpx.get(f"{url}/tasks", headers=ALICE)
        httpx.head(f"{url}/tasks", headers=ALICE)
    created = httpx.post(f"{url}/tasks", json={"title": "x"}, headers=ALICE).json()
    httpx.get(f"{url}/tasks/{created['id']}", headers=ALICE)
    httpx.get(f"{url}/unknown-1")
    httpx.get(f"{url}/unknown-2")
    httpx.request("TRACE", f"{url}/tasks")
    wait_until(lambda: scraped.get("http_server_active_requests") == 0, lambda: "a request is active")
    assert scraped.get("http_server_requests_total", method="GET", route="/api/v1/tasks", status="200") == 10
    assert scraped.get("http_server_requests_total", method="HEAD", route="/api/v1/tasks", status="200") == 10
    one = {"method": "GET", "route": "/api/v1/tasks/{task_id}"}
    assert scraped.get("http_server_requests_total", **one, status="200") == 1
    assert scraped.get("http_server_request_duration_seconds_count", **one, status_class="2xx") == 1
    assert scraped.get("http_server_requests_total", method="GET", route="_OTHER", status="404") == 2
    assert "_OTHER" in {dict(each)["method"] for each in scraped.values("http_server_requests_total")}
    assert scraped.get("db_client_connection_max") == 10 * int(workers)
    assert scraped.get("db_client_connection_wait_time_seconds_count") >= 22
    processes = scraped.values("process_resident_memory_bytes")
    assert len(processes) == (1 if workers == "1" else 3)
    assert "alice-the-owner" not in httpx.get(scraped.url).text


def test_the_gauges_of_a_dead_worker_are_dropped_and_its_counts_kept(serve: Serve, task_url: str) -> None:
    scraped = Scraped(serve, DATABASE_URL=task_url, TODO_WORKERS="2", TODO_POOL_SIZE="3")
    workers = scraped.served.workers(2)
    for _ in range(10):
        httpx.get(f"{scraped.served.url}/tasks", headers=ALICE)
    assert scraped.get("db_client_connection_max") == 6
    workers[0].kill()
    psutil.wait_procs(workers[:1], 10)
    # The supervisor starts another worker.
    wait_until(lambda: scraped.served.output.read_text().count("startup complete") >= 3, lambda: "no worker")
    assert scraped.get("db_client_connection_max") == 6
    count = scraped.get("http_server_requests_total", method="GET", route="/api/v1/tasks", status="200")
    assert count == 10


def test_failures_of_the_database_are_counted_by_their_sqlstate(serve: Serve, server_url: str) -> None:
    url = migrated_database(server_url, "metrics")
    scraped = Scraped(serve, DATABASE_URL=url)
    assert scraped.get("db_client_errors_total", sqlstate_class="unavailable") == 0
    run_sql(url, "ALTER TABLE task RENAME TO elsewhere")
    assert httpx.get(f"{scraped.served.url}/tasks", headers=ALICE).status_code == 500
    assert scraped.get("db_client_errors_total", sqlstate_class="42") == 1
    run_sql(server_url, "ALTER DATABASE metrics ALLOW_CONNECTIONS false")
    run_sql(server_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'metrics'")
    assert httpx.get(f"{scraped.served.url}/tasks", headers=ALICE).status_code == 503
    assert scraped.get("db_client_errors_total", sqlstate_class="unavailable") == 1


def test_requests_that_wait_for_a_connection_are_visible(serve: Serve, server_url: str) -> None:
    url = migrated_database(server_url, "waiting")
    scraped = Scraped(serve, DATABASE_URL=url, TODO_POOL_SIZE="1")
    with contextlib.closing(psycopg2.connect(url)) as lock, ThreadPoolExecutor() as pool:
        lock.cursor().execute("LOCK TABLE task")
        requests = [pool.submit(httpx.get, f"{scraped.served.url}/tasks", headers=ALICE) for _ in range(4)]
        wait_until(lambda: scraped.get("db_client_connection_pending_requests") >= 1, lambda: "none waits")
        assert scraped.get("db_client_connection_count", state="used") == 1
        assert {request.result().status_code for request in requests} == {503}
    assert scraped.get("db_client_connection_timeouts_total") >= 1
    assert scraped.get("db_client_errors_total", sqlstate_class="57") >= 1


def test_rejected_requests_are_counted(serve: Serve, task_url: str) -> None:
    scraped = Scraped(serve, DATABASE_URL=task_url)
    port = int(scraped.served.url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"BREW / HTTP/1.1\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
        assert scraped.get("http_server_open_connections") >= 1
    assert scraped.get("http_server_rejected_requests_total", status="400") == 1


def test_metrics_are_off_by_default(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, **PROVIDER)
    sockets = psutil.Process(served.process.pid).net_connections("tcp")
    assert len([each for each in sockets if each.status == "LISTEN"]) == 1


def test_a_port_in_use_is_reported_in_one_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = todo("serve", TODO_METRICS_PORT=str(port), TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert result.stderr == (
        f"todo: Cannot serve metrics on 127.0.0.1:{port} (Address already in use): "
        "set TODO_METRICS_PORT to a free port, or TODO_METRICS_HOST to an address of this machine.\n"
    )
    assert not data.exists()
