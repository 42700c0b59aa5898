"""Validate requests and responses of all operations with Prism, a proxy that compares them with the document.

Its implementations of JSON Schema and regular expressions are not those of the fuzzer. It does not validate
what no schema expresses, e.g. unknown query parameters and duplicate fields: other tests do.
"""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import ROOT
from app.commands import DOCUMENT
from tests.support.processes import Serve, end, free_port, wait_until_responding
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

PRISM = ROOT / "tests/document/node_modules/.bin/prism"
TASK = "/tasks/3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10"
ABSENT = "/tasks/3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a11"

StartProxy = Callable[[Path], httpx.Client]


@pytest.fixture
def start_proxy(serve: Serve, server_url: str, request: pytest.FixtureRequest) -> Iterator[StartProxy]:
    """Start a server; return a function that starts a proxy with a document, and returns its client."""
    if not PRISM.exists() or shutil.which("node") is None:
        missing = "Prism is missing: install Node 20, then run `make apilint`."
        pytest.fail(missing) if "CI" in os.environ else pytest.skip(missing)
    database = migrated_database(server_url, f"prism-{request.node.name[:30]}")
    served = serve(DATABASE_URL=database, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    resources = contextlib.ExitStack()

    def start(document: Path) -> httpx.Client:
        port = str(free_port())
        # Without --errors, invalid requests reach the server, so that its response is validated, too.
        process = subprocess.Popen(
            [
                *(PRISM, "proxy", document, served.url.removesuffix("/api/v1")),
                *("--port", port, "--host", "127.0.0.1"),
            ],
            stdout=subprocess.DEVNULL,
        )
        resources.callback(end, [process])
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers={"X-User-ID": "alice"})
        resources.enter_context(client)
        wait_until_responding(process, f"http://127.0.0.1:{port}/livez")
        return client

    with resources:
        yield start


def violations(response: httpx.Response) -> list[str]:
    """Return where an exchange does not match the document: `request...` or `response...`."""
    locations = [each["location"] for each in json.loads(response.headers.get("sl-violations", "[]"))]
    return [".".join(map(str, location)) for location in locations]


def valid_requests(client: httpx.Client) -> Iterator[tuple[int, httpx.Response]]:
    """Send valid requests to all operations; yield the expected status and the response."""
    for title in ("Buy milk", "Read", "Überraschung \N{PARTY POPPER}"):
        yield 201, client.post("/tasks", json={"title": title, "description": "€", "completed": False})
    yield 201, client.put(TASK, json={"title": "Water plants"})
    yield (
        200,
        client.put(TASK, json={"title": "Water plants", "completed": True}, headers={"If-Match": '"1"'}),
    )
    yield 200, client.get(TASK)
    yield 304, client.get(TASK, headers={"If-None-Match": '"2", "9"'})
    patch = {"Content-Type": "application/merge-patch+json"}
    yield 200, client.patch(TASK, json={"description": "The big one"})
    yield 200, client.patch(TASK, json={"description": None})
    yield 200, client.patch(TASK, content=b'{"completed": false}', headers=patch)
    yield 200, client.post(f"{TASK}/toggle")
    yield 412, client.post(f"{TASK}/toggle", headers={"If-Match": '"1"'})
    yield 412, client.put(TASK, json={"title": "x"}, headers={"If-None-Match": "*"})
    yield 404, client.get(TASK, headers={"X-User-ID": "bob"})
    yield 404, client.patch(ABSENT, json={})
    yield from list_requests(client)
    yield 204, client.delete(TASK)
    yield 404, client.delete(TASK)
    yield 200, client.get("../../livez")
    yield 200, client.get("../../readyz")


def list_requests(client: httpx.Client) -> Iterator[tuple[int, httpx.Response]]:
    """Send requests with all filters, sorts and cursors."""
    start, end = "2026-01-01T00:00:00+02:00", "2999-12-31T23:59:59.999999Z"
    times = {"created_at_gte": start, "created_at_lt": end, "updated_at_gte": start, "updated_at_lt": end}
    everything: dict[str, Any] = {"limit": 100, "completed": "true", "q": "plants", "sort": "title", **times}
    yield 200, client.get("/tasks", params=everything)
    for sort in ("-created_at", "created_at", "-updated_at", "updated_at", "title", "-title"):
        page = client.get("/tasks", params={"limit": 1, "sort": sort})
        yield 200, page
        while cursor := page.json()["next_cursor"]:
            page = client.get("/tasks", params={"limit": 2, "cursor": cursor})
            yield 200, page


INVALID: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "blank title": (422, "POST", "/tasks", {"json": {"title": " "}}),
    "unknown field": (422, "POST", "/tasks", {"json": {"title": "x", "owner_id": "bob"}}),
    "missing field": (422, "PUT", TASK, {"json": {"completed": True}}),
    "null title": (422, "PATCH", TASK, {"json": {"title": None}}),
    "number as boolean": (422, "POST", "/tasks", {"json": {"title": "x", "completed": 1}}),
    "unsupported media type": (
        415,
        "POST",
        "/tasks",
        {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    ),
    "limit too high": (422, "GET", "/tasks", {"params": {"limit": 101}}),
    "invalid boolean": (422, "GET", "/tasks", {"params": {"completed": "yes"}}),
    "time without offset": (422, "GET", "/tasks", {"params": {"created_at_gte": "2026-01-01T00:00:00"}}),
    "truncated cursor": (422, "GET", "/tasks", {"params": {"cursor": "created_at.00"}}),
    "invalid id": (422, "GET", "/tasks/1", {}),
    "If-Match too long": (422, "DELETE", TASK, {"headers": {"If-Match": '"1",' * 2100}}),
    "missing owner": (401, "GET", "/tasks", {"headers": {"X-User-ID": ""}}),
}


def test_valid_requests_and_their_responses_match_the_document(start_proxy: StartProxy) -> None:
    exchanges = list(valid_requests(start_proxy(DOCUMENT)))
    assert [(response.status_code, violations(response)) for _, response in exchanges] == [
        (status, []) for status, _ in exchanges
    ]
    assert len(exchanges) > 30


def test_invalid_requests_are_detected_and_their_responses_match_the_document(
    start_proxy: StartProxy,
) -> None:
    client = start_proxy(DOCUMENT)
    for name, (status, method, path, options) in INVALID.items():
        response = client.request(method, path, **options)
        assert response.status_code == status, name
        locations = violations(response)
        assert locations or name == "missing owner", name
        assert all(location.startswith("request") for location in locations), name


def test_a_response_that_does_not_match_the_document_is_detected(
    start_proxy: StartProxy, tmp_path: Path
) -> None:
    document = json.loads(DOCUMENT.read_text())
    document["components"]["schemas"]["TaskRead"]["properties"]["version"]["minimum"] = 2
    del document["paths"]["/api/v1/tasks/{task_id}"]["get"]["responses"]["404"]
    tmp_path.joinpath("openapi.json").write_text(json.dumps(document))
    client = start_proxy(tmp_path / "openapi.json")
    assert violations(client.post("/tasks", json={"title": "x"})) == ["response.body.version"]
    assert violations(client.get(ABSENT)) != []
