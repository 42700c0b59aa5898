"""The example of one file, started as its docstring says."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from app import ROOT
from tests.support.processes import Serve, free_port
from tests.support.sql import new_database

ANN, BOB = {"X-API-Key": "key-of-ann"}, {"X-API-Key": "key-of-bob"}
COMMANDS = {
    "python": lambda _port: [sys.executable, ROOT / "examples/minimal.py"],
    "uvicorn": lambda port: [
        *(sys.executable, "-m", "uvicorn", "--app-dir", ROOT, "examples.minimal:app", "--port", port),
    ],
}
_numbers = count()


@pytest.fixture(params=COMMANDS)
def notes(request: pytest.FixtureRequest, serve: Serve, server_url: str) -> Iterator[httpx.Client]:
    """Return a client of the running example, whose database is new."""
    port = str(free_port())
    command: Callable[[str], list[str | Path]] = COMMANDS[request.param]
    url = new_database(server_url, f"minimal-{next(_numbers)}")
    served = serve(command(port), DATABASE_URL=url, TODO_PORT=port, PORT=port)
    with httpx.Client(base_url=served.root, headers=ANN) as client:
        yield client
    assert served.stop() == 0


def test_the_example_creates_its_table_and_serves_the_notes_of_each_owner(notes: httpx.Client) -> None:
    created = notes.post("/notes", json={"text": "Buy milk"})
    assert created.status_code == 201
    path = created.headers["Location"]
    assert notes.get("/notes").json()["items"] == [created.json()]
    assert notes.get(path, headers=BOB).status_code == 404
    pinned = notes.patch(path, json={"pinned": True}, headers={"If-Match": created.headers["ETag"]})
    assert pinned.json()["pinned"] is True
    assert notes.get("/notes", params={"pinned": "true", "q": "MILK"}).json()["items"] == [pinned.json()]
    assert notes.delete(path).status_code == 204


def test_the_example_rejects_requests_without_a_known_key(notes: httpx.Client) -> None:
    for headers in ({"X-API-Key": "unknown"}, {"X-API-Key": ""}):
        response = notes.get("/notes", headers=headers)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "APIKey")
    schemes = notes.get("/openapi.json").json()["components"]["securitySchemes"]
    assert [scheme["name"] for scheme in schemes.values()] == ["X-API-Key"]


def test_the_example_imports_the_generator_without_the_application() -> None:
    program = "import sys, examples.minimal; print({name.split('.')[0] for name in sys.modules} & {'app'})"
    assert subprocess.check_output([sys.executable, "-c", program], text=True, cwd=ROOT) == "set()\n"
