"""Pages of other origins: what they may send, what they may read, and who may not."""

import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Error

from app.main import create_app
from app.settings import Settings
from routers import ResourceAPI
from tests.app.test_cli import PROVIDER
from tests.support.processes import Serve

ORIGIN = "https://app.example.com"
ELSEWHERE = "https://evil.example"
ID = "3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10"
SENT = ("authorization", "content-type", "if-match", "if-none-match", "x-request-id", "x-user-id")
SAFE = {"Cache-Control", "X-Content-Type-Options"}
"""What every page may read, and what is of use to the browser alone."""


@pytest.fixture
async def web(api: ResourceAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that takes calls from one origin, with a route that fails."""
    app = create_app(Settings.model_construct(cors_origins=(ORIGIN,)))
    app.state.database = api.state.database

    async def broken() -> None:
        raise ZeroDivisionError

    app.add_api_route("/api/v1/broken", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        yield client


async def ask(web: httpx.AsyncClient, method: str, headers: str = "", origin: str = ORIGIN) -> httpx.Response:
    """Ask, as a browser does before it sends what no form could."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "X-Request-ID": "asked"}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return await web.options(f"/tasks/{ID}", headers=asked)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_page_of_a_named_origin_may_send_all_that_the_api_takes(
    web: httpx.AsyncClient, method: str
) -> None:
    response = await ask(web, method, ",".join(SENT))
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert method in response.headers["access-control-allow-methods"].split(", ")
    assert {*SENT} <= {*response.headers["access-control-allow-headers"].lower().split(", ")}
    assert response.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]
    assert response.headers["x-request-id"] == "asked"
    assert response.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("method", "headers", "origin"),
    [
        ("GET", "x-user-id", ELSEWHERE),
        ("GET", "x-user-id", "null"),
        ("GET", "x-user-id", ORIGIN.replace("https", "http")),
        ("GET", "x-user-id", ORIGIN + ":8443"),
        ("GET", "x-user-id", ORIGIN + ".evil.example"),
        ("TRACE", "x-user-id", ORIGIN),
        ("GET", "x-user-id, x-other", ORIGIN),
    ],
)
async def test_a_preflight_for_anything_else_is_refused_with_a_problem(
    web: httpx.AsyncClient, method: str, headers: str, origin: str
) -> None:
    response = await ask(web, method, headers, origin)
    assert response.status_code == 400
    assert ("access-control-allow-origin" in response.headers) is (origin == ORIGIN)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["instance"] == "urn:request:asked"
    assert response.headers.get_list("x-request-id") == ["asked"]
    assert response.headers["cache-control"] == "private, no-store"
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/tasks", b"", {"X-User-ID": "alice"}, 200),
        ("GET", "/tasks", b"", {}, 401),
        ("POST", "/tasks", b"{", {"X-User-ID": "alice", "Content-Type": "application/json"}, 400),
        ("PUT", "/tasks", b"", {"X-User-ID": "alice"}, 405),
        ("POST", "/tasks", b"x" * 70_000, {"X-User-ID": "alice"}, 413),
        ("GET", "/nowhere", b"", {}, 404),
        ("GET", "/broken", b"", {}, 500),
    ],
)
async def test_every_answer_can_be_read_by_a_page_of_a_named_origin(
    web: httpx.AsyncClient, method: str, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    response = await web.request(method, path, content=body, headers={"Origin": ORIGIN, **headers})
    assert response.status_code == status
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert response.headers.get_list("vary") == ["Origin"]


async def test_a_missing_database_can_be_read_about_too() -> None:
    app = create_app(
        Settings.model_construct(cors_origins=(ORIGIN,), database_url="postgresql://127.0.0.1:1/x")
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://todo", headers={"Origin": ORIGIN}) as client,
    ):
        response = await client.get("/api/v1/tasks", headers={"X-User-ID": "alice"})
    assert response.status_code == 503
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in response.headers["access-control-expose-headers"]


async def test_a_page_may_read_every_header_that_the_document_describes(web: httpx.AsyncClient) -> None:
    described = (await web.get("http://todo/openapi.json")).json()["components"]["headers"]
    exposed = (await web.get("/tasks", headers={"Origin": ORIGIN})).headers["access-control-expose-headers"]
    assert {*exposed.split(", ")} == {*described, "Allow"} - SAFE  # that of 405, which no operation documents


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", ""])
async def test_a_page_of_another_origin_can_read_nothing(web: httpx.AsyncClient, origin: str) -> None:
    response = await web.get("/tasks", headers={"Origin": origin})
    assert response.status_code == 401
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["vary"] == "Origin"


async def test_without_the_setting_nothing_is_said_about_origins(client: httpx.AsyncClient) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    for response in (
        await client.get("/tasks", headers=asked),
        await client.options("/tasks", headers=asked),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.status_code == 405


class _Blank(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html>")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 # its name in the standard library
        pass


@pytest.fixture
def pages() -> Iterator[int]:
    """The port of a server whose pages are blank."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Blank) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


CALLS = """async (tasks) => {
  const seen = [];
  const call = async (method, url, headers = {}, body = undefined) => {
    const answer = await fetch(url, {method, body, headers: {"X-User-ID": "alice", ...headers}});
    seen.push([method, answer.status, answer.headers.get("ETag")]);
    return answer;
  };
  const json = {"Content-Type": "application/json"};
  const made = await call("POST", tasks, {...json, "X-Request-ID": "mine"}, '{"title": "Buy milk"}');
  const task = new URL(made.headers.get("Location"), tasks).href;
  const state = {"If-Match": made.headers.get("ETag")};
  await call("POST", `${task}/toggle`, state);
  const stale = await call("POST", `${task}/toggle`, state);
  await call("GET", task, {"If-None-Match": '"1"'});
  await call("HEAD", task);
  await call("PUT", task, {...json, Authorization: "Bearer x"}, '{"title": "Buy tea"}');
  await call("PATCH", task, json, '{"completed": true}');
  await call("DELETE", task);
  await call("POST", tasks, json, "x".repeat(70000));
  const nobody = await fetch(tasks);
  return {
    seen,
    name: made.headers.get("X-Request-ID"),
    problem: (await stale.json()).title,
    challenge: [nobody.status, nobody.headers.get("WWW-Authenticate")],
  };
}"""


async def test_in_a_browser_a_page_of_a_named_origin_works_and_one_of_another_does_not(
    chromium: Browser, serve: Serve, task_url: str, pages: int
) -> None:
    origin = f"http://page.test:{pages}"
    served = serve(DATABASE_URL=task_url, TODO_CORS_ORIGINS=origin, **PROVIDER)
    tasks = served.url.replace("127.0.0.1", "todo.test") + "/tasks"
    page = await chromium.new_page()
    await page.goto(origin)
    result: dict[str, Any] = await page.evaluate(CALLS, tasks)
    assert result["seen"] == [
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
    assert result["name"] == "mine"
    assert result["problem"] == "Precondition Failed"
    assert result["challenge"] == [401, "OwnerHeader"]

    await page.goto(f"http://other.test:{pages}")
    for call in ("fetch(tasks)", "fetch(tasks, {headers: {'X-User-ID': 'alice'}})"):
        with pytest.raises(Error, match="Failed to fetch"):
            await page.evaluate(f"tasks => {call}", tasks)
    await page.close()
