"""The contestants' servers, each as its users run it, with one worker."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.contestants import Contestant
from bench.team import environment, errors_of_contestants

PROGRAMS = Path(sys.executable).parent
PATIENCE = 30.0


def _command(contestant: Contestant, port: int) -> list[str]:
    if contestant.server == "todo":
        return [str(PROGRAMS / "todo"), "serve"]
    if contestant.server == "gunicorn":
        threads = ("--workers=1", "--worker-class=gthread", "--threads=10", "--keep-alive=60")
        return [
            str(PROGRAMS / "gunicorn"),
            *threads,
            f"--bind=127.0.0.1:{port}",
            "--log-level=warning",
            f"{contestant.module}:app",
        ]
    return [
        str(PROGRAMS / "uvicorn"),
        f"{contestant.module}:app",
        f"--port={port}",
        *("--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(contestant: Contestant, process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    request = urllib.request.Request(f"{address}{contestant.prefix}/tasks", headers={"X-User-ID": "owner-0"})  # noqa: S310 # always http
    while True:
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(request):  # noqa: S310 # as above
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{contestant.title} does not serve: set BENCH_LOUD=1 to see why.")
        time.sleep(0.1)


@contextlib.contextmanager
def serving(contestants: Sequence[Contestant], url: str) -> Iterator[dict[str, str]]:
    """The addresses of these contestants' servers, by key; they are all up, and idle until they are asked."""
    processes: list[subprocess.Popen[bytes]] = []
    addresses = {}
    try:
        for contestant in contestants:
            port = _free_port()
            variables = environment(url, TODO_PORT=str(port))
            process = subprocess.Popen(
                _command(contestant, port),
                env=variables,
                stdout=subprocess.DEVNULL,
                stderr=errors_of_contestants(),
            )
            processes.append(process)
            addresses[contestant.key] = f"http://127.0.0.1:{port}"
            _await(contestant, process, addresses[contestant.key])
        yield addresses
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
