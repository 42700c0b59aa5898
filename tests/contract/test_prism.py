"""A walk through the API under the eyes of Prism: a proxy that holds each exchange against the document.

It has another reader of JSON Schema, and of regular expressions, than the fuzzer. It does not see unknown
query parameters, duplicate members or anything else that is not in a schema: other tests do.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import ROOT
from app.commands import DOCUMENT
from app.database.migrations import migrate
from tests.support.processes import Serve, free_port
from tests.support.sql import new_database

PRISM = ROOT / "tests/document/node_modules/.bin/prism"
ONE = "/tasks/3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10"
PLAIN = {"Content-Type": "text/plain"}
NONE = "/tasks/3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a11"

Watch = Callable[[Path], httpx.Client]


@pytest.fixture
def watch(serve: Serve, server_url: str, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Start a server behind a proxy that knows the given document."""
    if not PRISM.exists() or shutil.which("node") is None:
        missing = "Prism is missing: install Node 20, then run `make apilint`."
        pytest.fail(missing) if "CI" in os.environ else pytest.skip(missing)
    database = new_database(server_url, f"prism-{request.node.name[:30]}")
    migrate(database)
    served = serve(DATABASE_URL=database, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    started = contextlib.ExitStack()

    def start(document: Path) -> httpx.Client:
        port = str(free_port())
        # Without --errors, which keeps a wrong request from the server: its answer is to be judged as well.
        command: list[str | Path] = [
            PRISM,
            "proxy",
            document,
            served.url.removesuffix("/api/v1"),
            "--port",
            port,
        ]
        process = started.enter_context(
            subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=subprocess.DEVNULL)
        )
        started.callback(process.kill)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers={"X-User-ID": "alice"})
        started.enter_context(client)
        for _ in range(600):
            assert process.poll() is None
            try:
                client.get("/tasks")
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return client
        raise AssertionError("Prism does not answer.")

    with started:
        yield start


def violations(answer: httpx.Response) -> list[str]:
    """Where an exchange is not what the document says: `request...` or `response...`."""
    found = json.loads(answer.headers.get("sl-violations", "[]"))
    return [".".join(map(str, each["location"])) for each in found]


def walk(client: httpx.Client) -> Iterator[tuple[int, httpx.Response]]:
    """What a client does, with the status that it expects."""
    for title in ("Buy milk", "Read", "Überraschung \N{PARTY POPPER}"):
        yield 201, client.post("/tasks", json={"title": title, "description": "€", "completed": False})
    yield 201, client.put(ONE, json={"title": "Water plants"})
    yield 200, client.put(ONE, json={"title": "Water plants", "completed": True}, headers={"If-Match": '"1"'})
    yield 200, client.get(ONE)
    yield 304, client.get(ONE, headers={"If-None-Match": '"2", "9"'})
    patch = {"Content-Type": "application/merge-patch+json"}
    yield 200, client.patch(ONE, json={"description": "The big one"})
    yield 200, client.patch(ONE, json={"description": None})
    yield 200, client.patch(ONE, content=b'{"completed": false}', headers=patch)
    yield 200, client.post(f"{ONE}/toggle")
    yield 412, client.post(f"{ONE}/toggle", headers={"If-Match": '"1"'})
    yield 412, client.put(ONE, json={"title": "x"}, headers={"If-None-Match": "*"})
    yield 404, client.get(ONE, headers={"X-User-ID": "bob"})
    yield 404, client.patch(NONE, json={})
    yield from lists(client)
    yield 204, client.delete(ONE)
    yield 404, client.delete(ONE)
    yield 200, client.get("../../livez")
    yield 200, client.get("../../readyz")


def lists(client: httpx.Client) -> Iterator[tuple[int, httpx.Response]]:
    start, end = "2026-01-01T00:00:00+02:00", "2999-12-31T23:59:59.999999Z"
    times = {"created_from": start, "created_to": end, "updated_from": start, "updated_to": end}
    everything: dict[str, Any] = {"limit": 100, "completed": "true", "q": "plants", "sort": "title", **times}
    yield 200, client.get("/tasks", params=everything)
    for sort in ("-created_at", "created_at", "-updated_at", "updated_at", "title", "-title"):
        page = client.get("/tasks", params={"limit": 1, "sort": sort})
        yield 200, page
        while cursor := page.json()["next_cursor"]:
            page = client.get("/tasks", params={"limit": 2, "cursor": cursor})
            yield 200, page


FORBIDDEN: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "a blank title": (422, "POST", "/tasks", {"json": {"title": " "}}),
    "an unknown member": (422, "POST", "/tasks", {"json": {"title": "x", "owner_id": "bob"}}),
    "a missing member": (422, "PUT", ONE, {"json": {"completed": True}}),
    "a title of null": (422, "PATCH", ONE, {"json": {"title": None}}),
    "a number for a truth": (422, "POST", "/tasks", {"json": {"title": "x", "completed": 1}}),
    "another media type": (
        415,
        "POST",
        "/tasks",
        {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    ),
    "too many rows": (422, "GET", "/tasks", {"params": {"limit": 101}}),
    "another spelling of true": (422, "GET", "/tasks", {"params": {"completed": "yes"}}),
    "a time without offset": (422, "GET", "/tasks", {"params": {"created_from": "2026-01-01T00:00:00"}}),
    "a cursor cut short": (422, "GET", "/tasks", {"params": {"cursor": "created_at.00"}}),
    "an id that is none": (422, "GET", "/tasks/1", {}),
    "an endless If-Match": (422, "DELETE", ONE, {"headers": {"If-Match": '"1",' * 2100}}),
    "nobody": (401, "GET", "/tasks", {"headers": {"X-User-ID": ""}}),
}


def test_a_walk_through_everything_is_what_the_document_says(watch: Watch) -> None:
    exchanges = list(walk(watch(DOCUMENT)))
    assert [(answer.status_code, violations(answer)) for _, answer in exchanges] == [
        (status, []) for status, _ in exchanges
    ]
    assert len(exchanges) > 30


def test_what_the_document_forbids_is_noticed_and_refused_as_the_document_says(watch: Watch) -> None:
    client = watch(DOCUMENT)
    for name, (status, method, path, options) in FORBIDDEN.items():
        answer = client.request(method, path, **options)
        assert answer.status_code == status, name
        found = violations(answer)
        assert found or name == "nobody", name
        assert all(place.startswith("request") for place in found), name


def test_an_answer_that_the_document_does_not_allow_is_noticed(watch: Watch, tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text())
    document["components"]["schemas"]["TaskRead"]["properties"]["version"]["minimum"] = 2
    del document["paths"]["/api/v1/tasks/{task_id}"]["get"]["responses"]["404"]
    tmp_path.joinpath("openapi.json").write_text(json.dumps(document))
    client = watch(tmp_path / "openapi.json")
    assert violations(client.post("/tasks", json={"title": "x"})) == ["response.body.version"]
    assert violations(client.get(NONE)) != []
