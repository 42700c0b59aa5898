import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.async_api import Browser

from app import ROOT
from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from routers import ResourceAPI
from tests.browser import open_chromium
from tests.conftest import free_port, new_database, run_sql
from tests.second_opinion import SecondOpinion
from tests.wire import Wire, wire_to

TODO = Path(sys.executable).with_name("todo")
OURS = re.compile(r"TODO_.*|DATABASE_URL.*")


@pytest.fixture(scope="session")
def task_url(server_url: str) -> str:
    url = new_database(server_url, "tasks")
    migrate(url)
    return url


@pytest.fixture(scope="session")
async def wire(task_url: str) -> AsyncIterator[Wire]:
    async with wire_to(task_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def api(wire: Wire) -> AsyncIterator[ResourceAPI]:
    api = create_app(Settings.model_construct(database_url=wire.url))
    async with api.router.lifespan_context(api):
        yield api


@pytest.fixture
async def client(api: ResourceAPI, task_url: str) -> AsyncIterator[httpx.AsyncClient]:
    run_sql(task_url, "TRUNCATE task")
    transport = SecondOpinion(httpx.ASGITransport(api), api.openapi())
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        client.headers["X-User-ID"] = "alice"
        yield client


def clear_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting of ours out of this process's environment."""
    for name in filter(OURS.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others of ours."""
    inherited = {name: value for name, value in os.environ.items() if not OURS.fullmatch(name)}
    return {**inherited, "TODO_PORT": str(free_port()), **settings}


@dataclass
class Served:
    """A running server.

    Attributes:
        process: The command's process.
        url: The base of the API.
        output: The file that its output goes to.
    """

    process: "subprocess.Popen[bytes]"
    url: str
    output: Path

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server as its user would, and wait until it answers."""
    started: list[Served] = []

    def start(command: list[str | Path] | None = None, **settings: str) -> Served:
        variables = environment(**settings)
        output = tmp_path / f"output-{len(started)}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                command or [TODO, "serve"], cwd=tmp_path, env=variables, stdout=file, stderr=file
            )
        served = Served(process, f"http://127.0.0.1:{variables['TODO_PORT']}/api/v1", output)
        started.append(served)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, output.read_text()
            try:
                httpx.get(served.url.replace("/api/v1", "/livez"))
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return served
        raise AssertionError(output.read_text())

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()


def todo(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    return subprocess.run(
        [TODO, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(**settings),
        timeout=60,
    )


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that the account for servers can reach, with no server left behind."""
    with tempfile.TemporaryDirectory(prefix="todo-data-") as name:
        Path(name).chmod(0o755)
        yield Path(name, "data")
        for server in servers(Path(name)):
            server.kill()


def servers(directory: Path) -> list[psutil.Process]:
    """The processes of PostgreSQL that work below this directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd().startswith(str(directory)):
                found.append(process)
    return found


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser
