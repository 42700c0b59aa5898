"""The processes of the embedded PostgreSQL server: start, stop, look for them."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import psutil

from app.embedded_postgres.cluster import Cluster, EmbeddedError

TIMEOUT = 30.0
"""Maximum time to start, crash recovery included, or to stop, in seconds."""

KILL_SECONDS = 2.0
"""Maximum time for a server to react to each signal after `TIMEOUT`."""

POLL_SECONDS = 0.05


class Postmaster:
    """The first process of the server of one cluster, started by this process or by another one."""

    def __init__(self, cluster: Cluster, settings: Mapping[str, str]) -> None:
        """Start nothing yet; `settings` are PostgreSQL parameters for a server that is started here."""
        self.cluster = cluster
        self._settings = settings
        self._process: subprocess.Popen[Any] | None = None

    def is_running(self) -> bool:
        """Check whether the server has a live process. It may still be starting."""
        return self._find() is not None

    def ensure_running(self, cancelled: Event | None = None) -> None:
        """Start the server unless it runs, and wait until it is ready, or until `cancelled` is set.

        Only one process at a time may call this: the caller holds the lock of the data directory.

        Raises:
            EmbeddedError: the server does not start.
            OSError: the files of the server have disappeared.
        """
        cancelled, deadline = cancelled or Event(), time.monotonic() + TIMEOUT
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        while not self._is_ready():
            if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                cluster = self.cluster
                raise EmbeddedError(f"PostgreSQL did not start on {cluster.directory}: see {cluster.log}.")
            # Wait for a server that is still starting, or still stopping.
            if self._process is None and not self._end_orphans():
                self._process = self._start()
            if cancelled.wait(POLL_SECONDS):
                return

    def stop(self) -> None:
        """Stop the server, whatever state it is in. Its clients are disconnected; no data are lost."""
        postmaster = self._find()
        if postmaster is not None:
            # A fast shutdown; then an immediate one, after which the next start recovers.
            for number, seconds in (
                (signal.SIGINT, TIMEOUT),
                (signal.SIGQUIT, KILL_SECONDS),
                (signal.SIGKILL, KILL_SECONDS),
            ):
                if self._end(postmaster, number, seconds):
                    break
        if self._process is not None:
            self._process.wait()

    def _end(self, postmaster: psutil.Process, number: signal.Signals, seconds: float) -> bool:
        """Send a signal and return whether the process ends in time."""
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster.send_signal(number)
        deadline = time.monotonic() + seconds
        while _is_alive(postmaster):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _find(self) -> psutil.Process | None:
        """Return the live postmaster: the child of this process, or the one that the pid file names."""
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            if self._process is not None and self._process.poll() is None:
                return psutil.Process(self._process.pid)
            line = (self.cluster.path / "postmaster.pid").read_text().splitlines()[:1]
            process = psutil.Process(int("".join(line)))
            if _is_alive(process) and self._works_here(process):
                return process
        return None

    def _start(self) -> "subprocess.Popen[Any]":
        cluster = self.cluster
        cluster.remove_leftovers()
        parameters = {
            "listen_addresses": "",
            "unix_socket_directories": str(cluster.sockets),
            # Otherwise a statement that waits for a lock outlives its killed client, and runs later.
            "client_connection_check_interval": "1s",
        }
        options = [f"-c{name}={value}" for name, value in {**parameters, **self._settings}.items()]
        with cluster.open_log() as log:
            return subprocess.Popen(
                [cluster.binaries / "postgres", "-D", cluster.path, *options],
                # A session of its own: Ctrl-C in the terminal must reach the application first.
                start_new_session=True,
                **cluster.subprocess_options(log),
            )

    def _is_ready(self) -> bool:
        return self.cluster.run("pg_isready", "-q", "-h", self.cluster.sockets, "-t", "1") == 0

    def _end_orphans(self) -> bool:
        """Return whether the cluster has processes, and end those that have outlived their postmaster."""
        processes = list(self._processes())
        # A backend has the title `postgres: ...`. With one of them left, no new server starts.
        if all(title.startswith("postgres: ") for _, title in processes):
            for process, _ in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGQUIT)
        return bool(processes)

    def _processes(self) -> Iterator[tuple[psutil.Process, str]]:
        """Yield the live processes of this cluster with their titles, whatever its pid file says."""
        for process in psutil.process_iter(["name", "status"]):
            if process.info["name"] == "postgres" and process.info["status"] != psutil.STATUS_ZOMBIE:
                with contextlib.suppress(psutil.Error):
                    if self._works_here(process):
                        yield process, " ".join(process.cmdline())

    def _works_here(self, process: psutil.Process) -> bool:
        # Not by name: a deleted directory may have had the same one.
        try:
            return Path(process.cwd()).samefile(self.cluster.path)
        except OSError:
            return False


def _is_alive(process: psutil.Process) -> bool:
    """Check whether a process runs: it does not if its parent only has to read its exit code."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
