"""The logs, in both formats."""

import json
import re

import httpx

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
