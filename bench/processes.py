"""The processes of the contestants: workers called over pipes, servers called over HTTP."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.contestants import Contestant
from bench.database import Database
from bench.operations import Request
from bench.options import Options

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 30.0


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process and its children, those that have ended included."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:2])
    return float(total)


@contextlib.contextmanager
def _started(
    contestant: Contestant, command: Sequence[str], database: Database, options: Options, **more: Any
) -> Iterator[psutil.Popen]:
    """Run a command in the contestant's checkout, without the user's settings."""
    port = str(more.pop("port", 8000))
    inherited = {
        name: text for name, text in os.environ.items() if not name.startswith(("TODO_", "DATABASE_"))
    }
    variables = inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(contestant.source),
        "DATABASE_URL": database.url,
        "TODO_OWNER_PROVIDER": "app.owner:trusted_header",
        "TODO_PORT": port,
        "PORT": port,
    }
    logs = None if options.verbose else subprocess.DEVNULL
    process = psutil.Popen(command, env=variables, cwd=contestant.source, stderr=logs, **more)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


@dataclass(frozen=True)
class Worker:
    """A process with a contestant's application, called without sockets."""

    contestant: Contestant
    database: Database
    process: psutil.Popen

    def send(self, requests: Sequence[Request], clients: int = 1, profile: str = "") -> dict[str, Any]:
        """Send the requests and return what `worker.measure` returns."""
        job = {"requests": requests, "clients": clients, "profile": profile}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return dict(self.result())

    def measure(self, requests: Sequence[Request]) -> dict[str, Any]:
        """Do the same one request after the other, none of which may fail."""
        result = self.send(requests)
        if result["failed"]:
            raise RuntimeError(f"{self.contestant.title}: {requests[-1]} or an earlier one failed: {result}")
        return result

    def result(self) -> Any:
        """Read the next line of the process."""
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.contestant.title} has ended; run with --verbose to see its log.")
        return json.loads(line)


@contextlib.contextmanager
def worker(contestant: Contestant, database: Database, options: Options) -> Iterator[Worker]:
    """Start a contestant's application for calls in process."""
    command = [sys.executable, "-P", str(WORKER), str(contestant.app), "wsgi" if contestant.wsgi else "asgi"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with _started(contestant, command, database, options, **pipes) as process:
        started = Worker(contestant, database, process)
        if not Path(started.result()).is_relative_to(contestant.source):
            raise RuntimeError(f"{contestant.app} was not imported from {contestant.source}.")
        yield started


@dataclass(frozen=True)
class Server:
    """A contestant that listens on a port."""

    contestant: Contestant
    port: int
    process: psutil.Popen

    @property
    def address(self) -> str:
        """The URL without a path."""
        return f"http://127.0.0.1:{self.port}"

    def send(self, request: Request) -> tuple[int, Any]:
        """Send a request and return the status and the parsed body of the response."""
        headers = {"X-User-ID": request.owner} | (
            {"Content-Type": "application/json"} if request.body else {}
        )
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        with contextlib.closing(connection):
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or "null")

    def wait(self) -> None:
        """Wait until the server responds."""
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(ConnectionError):
                self.send(Request("GET", f"{self.contestant.prefix}/tasks", "owner-0"))
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.contestant.title} does not start; run with --verbose to see its log.")


@contextlib.contextmanager
def server(contestant: Contestant, database: Database, options: Options) -> Iterator[Server]:
    """Start a contestant as its users do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [part.format(port=port) for part in contestant.serve]
    with _started(contestant, command, database, options, port=port, stdout=subprocess.DEVNULL) as process:
        started = Server(contestant, port, process)
        started.wait()
        yield started
