"""The logs, in both formats."""

import json
import re

import httpx
import pytest
from structlog.testing import capture_logs

from tests.support.processes import Serve

HEADERS = {"X-User-ID": "alice-the-owner", "X-Request-ID": "request-1"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}


def test_each_request_is_logged_as_json_without_owner_title_or_id(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_LOG_FORMAT="json", **PROVIDER)
    task = httpx.post(f"{served.url}/tasks", json={"title": "a secret title"}, headers=HEADERS).json()
    httpx.get(f"{served.url}/tasks/{task['id']}", headers={"X-User-ID": "alice-the-owner"})
    served.stop()
    output = served.output.read_text()
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    created = next(line for line in lines if line.get("request_id") == "request-1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", created.pop("timestamp"))
    assert created.pop("ms") > 0
    assert created == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/api/v1/tasks",
        "status": 201,
        "request_id": "request-1",
    }
    assert "/api/v1/tasks/{task_id}" in {line.get("route") for line in lines}
    for secret in ("alice-the-owner", "a secret title", task["id"]):
        assert secret not in output


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/v1/taks", "/api/v1/taks"),
        ("/api/v1/tasks/", "/api/v1/tasks/"),
        ("/wp-login.php?q=planted", "/wp-login.php"),
        ("/%2e%2e/.env", "/../.env"),
        ("/api/v2/tasks/01900000-0000-7000-8000-000000000001", "/api/v2/tasks/*"),
        ("/tasks/2026-11-25/planted@todo.example/x", "/tasks/*/*/x"),
        ("/a%0Aplanted=1/b%1B%5B2Jplanted/%E2%82%ACplanted/planted%20", "/*/*/*/*"),
        (f"/{'x' * 32}/{'x' * 33}", f"/{'x' * 32}/*"),
        ("/ab" * 100, "/ab" * 66 + "/a..."),
    ],
)
async def test_a_path_without_a_route_is_logged_without_what_may_be_a_value(
    client: httpx.AsyncClient, path: str, logged: str
) -> None:
    with capture_logs() as events:
        response = await client.get(f"http://todo{path}")
    assert response.status_code == 404
    assert [(event["route"], event["path"]) for event in events] == [(None, logged)]


async def test_the_path_of_a_route_is_not_logged(client: httpx.AsyncClient) -> None:
    with capture_logs() as events:
        for path in ("/tasks", "/tasks/x", "/tasks/01900000-0000-7000-8000-000000000001"):
            await client.get(path)
        await client.get("http://todo/docs/assets/nothing.js")
        await client.request("BREW", "/tasks")
    assert len(events) == 5
    assert [event for event in events if "path" in event] == []


def test_each_request_is_logged_as_a_line_of_text_by_default(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_LOG_FORMAT="console", **PROVIDER)
    httpx.get(f"{served.url}/tasks", headers=HEADERS)
    served.stop()
    assert re.search(r"\[info *\] request .*request_id=request-1 .*status=200", served.output.read_text())


def test_events_below_the_log_level_are_not_logged(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_LOG_LEVEL="error", **PROVIDER)
    httpx.get(f"{served.url}/tasks", headers=HEADERS)
    served.stop()
    assert "request-1" not in served.output.read_text()


def test_an_unexpected_error_is_logged_with_its_request(serve: Serve, task_url: str) -> None:
    served = serve(
        DATABASE_URL=task_url, TODO_LOG_FORMAT="json", TODO_OWNER_PROVIDER="tests.support.owners:broken"
    )
    response = httpx.get(f"{served.url}/tasks", headers=HEADERS)
    assert response.status_code == 500
    served.stop()
    lines = [json.loads(line) for line in served.output.read_text().splitlines() if line.startswith("{")]
    (event,) = [line for line in lines if line.get("request_id") == "request-1"]
    assert (event["level"], event["status"]) == ("error", 500)
    assert "ZeroDivisionError" in str(event["exception"])
