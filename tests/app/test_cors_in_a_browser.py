"""Cross-origin requests of a real browser."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Browser, Error

from tests.app.test_cli import PROVIDER
from tests.support.processes import Serve


class _BlankPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html>")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 # its name in the standard library
        pass


@pytest.fixture
def pages() -> Iterator[int]:
    """Return the port of a server of blank pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _BlankPage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


CALLS = """async (tasks) => {
  const responses = [];
  const call = async (method, url, headers = {}, body = undefined) => {
    const response = await fetch(url, {method, body, headers: {"X-User-ID": "alice", ...headers}});
    responses.push([method, response.status, response.headers.get("ETag")]);
    return response;
  };
  const json = {"Content-Type": "application/json"};
  const created = await call("POST", tasks, {...json, "X-Request-ID": "mine"}, '{"title": "Buy milk"}');
  const task = new URL(created.headers.get("Location"), tasks).href;
  const precondition = {"If-Match": created.headers.get("ETag")};
  await call("POST", `${task}/toggle`, precondition);
  const stale = await call("POST", `${task}/toggle`, precondition);
  await call("GET", task, {"If-None-Match": '"1"'});
  await call("HEAD", task);
  await call("PUT", task, {...json, Authorization: "Bearer x"}, '{"title": "Buy tea"}');
  await call("PATCH", task, json, '{"completed": true}');
  await call("DELETE", task);
  await call("POST", tasks, json, "x".repeat(70000));
  const unauthenticated = await fetch(tasks);
  return {
    responses,
    requestId: created.headers.get("X-Request-ID"),
    problem: (await stale.json()).title,
    challenge: [unauthenticated.status, unauthenticated.headers.get("WWW-Authenticate")],
  };
}"""


async def test_a_page_can_use_the_api_only_if_its_origin_is_allowed(
    chromium: Browser, serve: Serve, task_url: str, pages: int
) -> None:
    origin = f"http://page.test:{pages}"
    served = serve(DATABASE_URL=task_url, TODO_CORS_ORIGINS=origin, **PROVIDER)
    tasks = served.url.replace("127.0.0.1", "todo.test") + "/tasks"
    page = await chromium.new_page()
    await page.goto(origin)
    result: dict[str, Any] = await page.evaluate(CALLS, tasks)
    assert result["responses"] == [
        ["POST", 201, '"1"'],
        ["POST", 200, '"2"'],
        ["POST", 412, None],
        ["GET", 200, '"2"'],
        ["HEAD", 200, '"2"'],
        ["PUT", 200, '"3"'],
        ["PATCH", 200, '"4"'],
        ["DELETE", 204, None],
        ["POST", 413, None],
    ]
    assert result["requestId"] == "mine"
    assert result["problem"] == "Precondition Failed"
    assert result["challenge"] == [401, "OwnerHeader"]

    await page.goto(f"http://other.test:{pages}")
    for call in ("fetch(tasks)", "fetch(tasks, {headers: {'X-User-ID': 'alice'}})"):
        with pytest.raises(Error, match="Failed to fetch"):
            await page.evaluate(f"tasks => {call}", tasks)
    await page.close()
