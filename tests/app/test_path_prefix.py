"""The application below a path prefix, behind nginx as docs/deploy.md configures it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from app import ROOT
from app.main import create_app
from app.settings import Settings, SettingsError
from tests.app.test_cli import PROVIDER, UVICORN
from tests.app.test_docs_page import WatchedPage, execute
from tests.support.gateways import ACCOUNT, gateway
from tests.support.processes import Serve, free_port

SECTION = (
    ROOT.joinpath("docs", "deploy.md").read_text().split("\n## Behind a path prefix\n")[1].split("\n## ")[0]
)
KEEPS, REMOVES = re.findall(r"^```nginx\n(.*)\n```", SECTION, re.MULTILINE)
ORIGINAL = "proxy_pass http://todo; # without a path: the client's is passed on as it is"
LOCATIONS = {
    f"location {each} {{": f"location {each.replace('/', '/todo/')} {{" for each in ("/", "= /readyz")
}


@pytest.fixture(params=[KEEPS, REMOVES])
def url(request: pytest.FixtureRequest, serve: Serve, task_url: str, tmp_path: Path) -> Iterator[str]:
    """Return the URL of the application behind nginx, with the prefix, which nginx keeps or removes."""
    assert all(f"`{text}`" in SECTION for text in (*LOCATIONS, *LOCATIONS.values()))
    served = serve(DATABASE_URL=task_url, TODO_ROOT_PATH="/todo", **PROVIDER)
    changes = {**LOCATIONS, ORIGINAL: request.param}
    directory = tmp_path / "nginx"
    directory.mkdir()
    with gateway("nginx", served.address[1], directory, changes) as port:
        yield f"http://127.0.0.1:{port}/todo"


@pytest.mark.slow
def test_a_client_follows_locations_and_servers_through_nginx(url: str) -> None:
    origin = url.removesuffix("/todo")
    with httpx.Client(auth=ACCOUNT) as client:
        document = client.get(f"{url}/openapi.json").json()
        base = f"{origin}{document['servers'][0]['url']}"
        assert base == url
        created = client.post(f"{base}/api/v1/tasks", json={"title": "Buy milk"})
        task = f"{origin}{created.headers['Location']}"
        assert client.get(task).json() == created.json()
        refused = client.post(task)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "DELETE, GET, HEAD, PATCH, PUT")
        assert client.get(f"{url}/docs/assets/docs.js").status_code == 200
        assert client.delete(task).status_code == 204
        assert client.get(f"{origin}/api/v1/tasks").status_code == 404
    assert httpx.get(f"{url}/readyz").status_code == 200
    assert httpx.get(f"{url}/docs").status_code == 401


@pytest.mark.slow
async def test_the_docs_page_sends_its_requests_through_nginx(chromium: Browser, url: str) -> None:
    page = await chromium.new_page(http_credentials={"username": ACCOUNT[0], "password": ACCOUNT[1]})
    docs = WatchedPage(page, f"{url}/docs".replace("127.0.0.1", "todo.test"))
    await docs.watch()
    await page.goto(docs.url)
    await expect(page.locator(".opblock").first).to_be_visible()
    created = await execute(page, "createTask")
    task = json.loads(created.body)
    assert f"location: /todo/api/v1/tasks/{task['id']}" in created.headers
    statuses = [(await execute(page, name, task["id"])).status for name in ("getTask", "deleteTask")]
    assert (created.status, statuses, docs.errors) == ("201", ["200", "204"], [])
    await page.close()


@pytest.mark.slow
def test_probes_reach_the_application_with_and_without_the_prefix(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_ROOT_PATH="/todo", **PROVIDER)
    paths = [f"{prefix}/{probe}" for prefix in ("", "/todo") for probe in ("livez", "readyz")]
    assert [httpx.get(f"{served.root}{path}").status_code for path in paths] == [200] * 4
    banner = served.output.read_text()
    assert f"{served.root}/todo/api/v1\n" in banner
    assert f"{served.root}/todo/docs\n" in banner


@pytest.mark.slow
def test_the_root_path_of_uvicorn_works_behind_a_gateway_that_removes_it(serve: Serve, task_url: str) -> None:
    port = str(free_port())
    command = [*UVICORN, "--port", port, "--root-path", "/todo"]
    served = serve(command, DATABASE_URL=task_url, TODO_PORT=port, **PROVIDER)
    created = httpx.post(f"{served.url}/tasks", json={"title": "Buy milk"}, headers={"X-User-ID": "eve"})
    assert created.headers["Location"] == f"/todo/api/v1/tasks/{created.json()['id']}"
    document = httpx.get(f"{served.root}/openapi.json").json()
    assert document["servers"][0]["url"] == "/todo"


@pytest.mark.slow
def test_the_application_works_as_the_guide_mounts_it(serve: Serve, task_url: str, tmp_path: Path) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    tmp_path.joinpath("mounted.py").write_text(code)
    port = str(free_port())
    command = [*UVICORN[:3], "--app-dir", str(tmp_path), "mounted:outer", "--http", "h11", "--port", port]
    served = serve(command, DATABASE_URL=task_url, TODO_PORT=port, **PROVIDER)
    url = f"{served.root}/todo"
    created = httpx.post(f"{url}/api/v1/tasks", json={"title": "Buy milk"}, headers={"X-User-ID": "eve"})
    assert created.headers["Location"] == f"/todo/api/v1/tasks/{created.json()['id']}"
    assert httpx.get(f"{url}/readyz").status_code == 200
    assert httpx.get(f"{url}/openapi.json").json()["servers"][0]["url"] == "/todo"


async def test_a_cross_origin_request_below_the_prefix_is_allowed() -> None:
    origin = "https://app.example.com"
    app = create_app(Settings.model_construct(root_path="/todo", cors_origins=(origin,)))
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        preflight = await client.options("/todo/api/v1/tasks", headers=headers)
        refused = await client.put("/todo/api/v1/tasks", headers=headers)
    for response, status in ((preflight, 200), (refused, 405)):
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("root_path", ["/api", "/api/v1", "/docs", "/livez", "/readyz", "/openapi.json"])
def test_a_prefix_that_begins_a_route_is_rejected(root_path: str) -> None:
    sentence = (
        f"TODO_ROOT_PATH cannot be used. The root path {root_path} is also the beginning of the route /"
    )
    with pytest.raises(SettingsError, match=sentence):
        create_app(Settings.model_construct(root_path=root_path))
