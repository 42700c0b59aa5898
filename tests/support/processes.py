"""The command `todo` and servers, each run as a process of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

ROOT = Path(__file__).parents[2]
TODO = Path(sys.executable).with_name("todo")
_SETTINGS = re.compile(r"TODO_.*|DATABASE_URL.*")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clear_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove every setting of the application from this process's environment."""
    for name in filter(_SETTINGS.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings of the application and no others."""
    inherited = {name: value for name, value in os.environ.items() if not _SETTINGS.fullmatch(name)}
    return {**inherited, "TODO_PORT": str(free_port()), **settings}


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


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Serve]:
    """Start servers as their user would; kill those that still run at the end."""
    started: list[Served] = []

    def start(command: list[str | Path] | None = None, **settings: str) -> Served:
        variables = environment(**settings)
        output = directory / f"output-{len(started)}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                command or [TODO, "serve"], cwd=directory, env=variables, stdout=file, stderr=file
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

    try:
        yield start
    finally:
        for served in started:
            if served.process.poll() is None:
                served.process.kill()
                served.process.wait()


def postgres_below(directory: Path) -> list[psutil.Process]:
    """Return the processes of PostgreSQL that work below this directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd().startswith(str(directory)):
                found.append(process)
    return found
