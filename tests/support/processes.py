"""The command `todo` and servers, each in a process of its own."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import httpx
import psutil
import pytest

from tests.support.private_values import check_logs

ROOT = Path(__file__).parents[2]
TODO = Path(sys.executable).with_name("todo")

START_SECONDS = 60.0
STOP_SECONDS = 20.0
"""Longer than the 10 seconds that a server waits for open requests."""

_PR_SET_CHILD_SUBREAPER = 36
_SETTINGS = re.compile(r"TODO_.*|DATABASE_URL.*|PORT")


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


def with_open_files(limit: int, kind: str = "") -> list[str | Path]:
    """Return the command that serves with a limit of open files; `-S` is the soft limit."""
    return ["/bin/sh", "-c", f"ulimit {kind} -n {limit} && exec {TODO} serve"]


def todo(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end, and search its log."""
    return run_to_end([TODO, *arguments], **settings)


def run_to_end(command: Sequence[str | Path], **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command line that runs `todo` to its end, and search its log."""
    result = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(**settings),
        timeout=120,
    )
    check_logs([result.stderr])
    return result


def wait_until(condition: Callable[[], bool], describe: Callable[[], str], seconds: float = 30.0) -> None:
    """Poll a condition; fail with a description of the state if it does not become true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, describe()
        time.sleep(0.05)


@dataclass
class Served:
    """A running server.

    Attributes:
        process: The command's process.
        url: The base URL of the API.
        output: The file that contains its output.
    """

    process: "subprocess.Popen[bytes]"
    url: str
    output: Path

    @property
    def root(self) -> str:
        """The URL of the server, without the path of the API."""
        return self.url.removesuffix("/api/v1")

    @property
    def address(self) -> tuple[str, int]:
        """The address that it listens on."""
        url = httpx.URL(self.url)
        assert url.port is not None
        return url.host, url.port

    def is_listening(self) -> bool:
        """Check whether the port is open, without a connection."""
        process = psutil.Process(self.process.pid)
        with contextlib.suppress(psutil.NoSuchProcess):
            return any(
                connection.status == psutil.CONN_LISTEN
                for each in (process, *process.children())
                for connection in each.net_connections("tcp")
            )
        return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def workers(self, count: int) -> list[psutil.Process]:
        """Wait until this number of worker processes has started, and return them."""
        wait_until(
            lambda: self.output.read_text().count("Application startup complete") >= count,
            self.output.read_text,
        )
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


Serve = Callable[..., Served]


def _log_format() -> str:
    """Return one format for half of the tests, and the other one for the rest, always the same per test."""
    return ("console", "json")[crc32(os.environ["PYTEST_CURRENT_TEST"].encode()) % 2]


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Serve]:
    """Start servers as a user would; stop those that still run at the end, and search their logs."""
    started: list[Served] = []

    def start(command: list[str | Path] | None = None, **settings: str) -> Served:
        variables = environment(**{"TODO_LOG_LEVEL": "debug", "TODO_LOG_FORMAT": _log_format(), **settings})
        output = directory / f"output-{len(started)}"
        with output.open("wb") as file:
            process = subprocess.Popen(
                command or [TODO, "serve"], cwd=directory, env=variables, stdout=file, stderr=file
            )
        served = Served(process, f"http://127.0.0.1:{variables['TODO_PORT']}/api/v1", output)
        started.append(served)
        wait_until_responding(process, f"{served.root}/livez", output.read_text)
        return served

    try:
        yield start
    finally:
        end([served.process for served in started])
    check_logs(served.output.read_text() for served in started)


def wait_until_responding(
    process: "subprocess.Popen[bytes]", url: str, describe: Callable[[], str] = lambda: "no response"
) -> None:
    """Wait until a server responds; fail if its process ends."""

    def is_responding() -> bool:
        assert process.poll() is None, describe()
        try:
            httpx.get(url)
        except httpx.TransportError:
            return False
        return True

    wait_until(is_responding, describe, START_SECONDS)


def end(processes: "list[subprocess.Popen[bytes]]") -> None:
    """Stop processes with SIGTERM; after a deadline, kill what is left of them and their descendants."""
    trees = []
    for process in processes:
        if process.poll() is None:
            trees += [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            process.terminate()
    kill(psutil.wait_procs(trees, STOP_SECONDS)[1])
    for process in processes:
        process.wait(STOP_SECONDS)


def kill(processes: list[psutil.Process]) -> None:
    """Kill processes and wait for their end."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, STOP_SECONDS)


def postgres_below(directory: Path) -> list[psutil.Process]:
    """Return the PostgreSQL processes that work below a directory."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd().startswith(str(directory)):
                processes.append(process)
    return processes


def postmaster(data: Path) -> psutil.Process:
    """Return the first process of the embedded server of a data directory."""
    return psutil.Process(int(Path(data, "server", "cluster", "postmaster.pid").read_text().split()[0]))


@contextlib.contextmanager
def no_process_left() -> Iterator[None]:
    """Fail if a process that was started during the block outlives it.

    On Linux, this includes processes whose parent was killed: they are adopted by this process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    this = psutil.Process()
    before = this.children(recursive=True)
    yield
    started = [process for process in this.children(recursive=True) if process not in before]
    _, left = psutil.wait_procs(started, STOP_SECONDS)
    descriptions = [_describe(process) for process in left]
    kill(left)
    assert not left, f"Processes are left: {descriptions}"


def _describe(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return f"{process.pid}: {' '.join(process.cmdline())}"
    return str(process.pid)
