"""A server that shuts down resets no connection, and finishes the requests that are open."""

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.processes import STOP_SECONDS, Serve, Served, wait_until

pytestmark = pytest.mark.slow

ALICE = {"X-User-ID": "alice"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


def wait_until_draining(served: Served) -> None:
    """Wait until two connections in a row, which may reach different workers, find the server draining."""

    def is_draining() -> bool:
        responses = [httpx.get(f"{served.root}/readyz") for _ in range(10)]
        return {response.status_code for response in responses} == {503}

    wait_until(is_draining, served.output.read_text)


def statuses(served: Served, *, keep_alive: bool) -> Iterator[int]:
    """Send requests until a connection is refused; any other failure is an error."""
    headers = ALICE if keep_alive else {**ALICE, "Connection": "close"}
    with httpx.Client(headers=headers, timeout=STOP_SECONDS) as client:
        while True:
            try:
                yield client.get(f"{served.url}/tasks").status_code
            except httpx.ConnectError:
                return


@pytest.mark.parametrize(
    ("number", "workers", "keep_alive"),
    [(signal.SIGTERM, "1", False), (signal.SIGINT, "2", False), (signal.SIGHUP, "2", True)],
)
def test_clients_get_responses_until_connections_are_refused(
    serve: Serve, task_url: str, number: signal.Signals, workers: str, *, keep_alive: bool
) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS=workers, **PROVIDER)
    served.workers(int(workers))
    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(list, statuses(served, keep_alive=keep_alive)) for _ in range(8)]
        assert {httpx.get(f"{served.url}/tasks", headers=ALICE).status_code for _ in range(20)} == {200}
        assert served.stop(number) == 0
        assert {status for client in clients for status in client.result(STOP_SECONDS)} == {200}


@WORKERS
def test_requests_are_served_during_the_delay_but_the_server_is_not_ready(
    serve: Serve, task_url: str, workers: str
) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS=workers, TODO_SHUTDOWN_DELAY="300", **PROVIDER)
    assert httpx.get(f"{served.root}/readyz").status_code == 200
    served.process.send_signal(signal.SIGTERM)
    wait_until_draining(served)
    response = httpx.get(f"{served.root}/readyz")
    assert response.json()["detail"] == "The server is shutting down."
    with httpx.Client(headers=ALICE) as client:
        response = client.get(f"{served.url}/tasks")
    assert (response.status_code, response.headers["connection"]) == (200, "close")
    assert httpx.get(f"{served.root}/livez").status_code == 200
    # The second signal ends the delay.
    assert served.stop(signal.SIGTERM) == 0


@WORKERS
def test_a_request_that_is_open_is_finished_and_its_connection_closed(
    serve: Serve, task_url: str, workers: str
) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS=workers, **PROVIDER)
    body = b'{"title": "Buy milk"}'
    head = f"POST /api/v1/tasks HTTP/1.1\r\nHost: todo\r\nX-User-ID: alice\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(served.address, STOP_SECONDS) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        served.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not served.is_listening(), served.output.read_text)
        connection.sendall(body)
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(b"HTTP/1.1 201 ")
    assert b"\r\nconnection: close\r\n" in response
    assert served.process.wait(STOP_SECONDS) == 0


def test_a_connection_that_was_accepted_gets_a_response_to_its_first_request(
    serve: Serve, task_url: str
) -> None:
    served = serve(DATABASE_URL=task_url, **PROVIDER)
    with socket.create_connection(served.address, STOP_SECONDS) as connection:
        served.process.send_signal(signal.SIGTERM)
        while served.is_listening():
            pass
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: todo\r\n\r\n")
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close\r\n" in response


def test_an_idle_connection_does_not_delay_the_shutdown_for_long(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, **PROVIDER)
    with socket.create_connection(served.address, STOP_SECONDS) as silent, httpx.Client() as client:
        assert client.get(f"{served.root}/livez").status_code == 200
        served.process.send_signal(signal.SIGTERM)
        assert silent.recv(1) == b""
        assert served.process.wait(STOP_SECONDS) == 0
    assert "Cancel" not in served.output.read_text()
