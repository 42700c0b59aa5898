"""The embedded PostgreSQL server: one per data directory, shared by its users, stopped by the last one."""

import contextlib
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import quote

import psutil

from app import CommandError
from app.embedded_postgres.account import Account, is_reachable, server_account
from app.embedded_postgres.binaries import SHARED, BinariesMissingError, binaries_for, major_version

MAX_SOCKET_DIRECTORY_LENGTH = 85
"""Bytes; a unix socket's whole path must stay under 108 (Linux) or 104 (macOS)."""

TIMEOUT = 30.0
"""Maximum time to start, crash recovery included, or to stop, in seconds."""


class EmbeddedError(CommandError):
    """The embedded server cannot run; the message is one sentence for the user."""


def data_directory(configured: Path | None) -> Path:
    """Return the data directory: the configured one, or `.data` below the current directory.

    For root, the server runs under another account. If that cannot reach the default directory, the data
    are in a directory below /var/lib.

    Raises:
        EmbeddedError: the account of the server cannot reach the configured directory.
    """
    directory = (configured or Path(".data")).absolute()
    try:
        if is_reachable(directory, server_account()):
            return directory
    except OSError as error:
        raise EmbeddedError(f"TODO_DATA_DIR {directory} cannot be used: {error.strerror}.") from error
    if configured is None:
        return SHARED / sha256(os.fsencode(directory)).hexdigest()[:16]
    raise EmbeddedError(
        f"TODO_DATA_DIR {directory} is not accessible to the account `nobody`, under which root runs "
        "PostgreSQL: use a directory whose parents everyone may traverse, e.g. one below /var/lib."
    )


@contextlib.contextmanager
def embedded_postgres(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start, or join, the server of a data directory, and yield its libpq URL.

    Each user holds a shared lock on a file, which the kernel releases even if the user is killed; the last
    user stops the server. `settings` are PostgreSQL parameters for a server that is started here.

    Raises:
        EmbeddedError: no server can run on this directory.
    """
    account = server_account()
    directory = directory.absolute()
    with contextlib.ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            starting = stack.enter_context((directory / "start.lock").open("ab"))
            users = stack.enter_context((directory / "users.lock").open("ab"))
            flock(starting, LOCK_EX)
            flock(users, LOCK_SH)
            home = directory / "server"
            if not home.exists():
                home.mkdir()
                account.own(home)
        except OSError as error:
            raise EmbeddedError(
                f"The data directory {directory} cannot be used ({error.strerror}): "
                "set TODO_DATA_DIR to a directory that you can write to."
            ) from error
        try:
            server = _Server(directory, account, binaries_for(account))
        except BinariesMissingError as error:
            raise EmbeddedError(
                "The package embedded-postgres is missing: run `make run` again, or set DATABASE_URL."
            ) from error
        server.ensure_running(settings or {})
        flock(starting, LOCK_UN)
        try:
            yield server.url
        finally:
            flock(starting, LOCK_EX)
            # This fails while others hold the shared lock; then the server continues for them.
            with contextlib.suppress(BlockingIOError):
                flock(users, LOCK_EX | LOCK_NB)
                server.stop()


@dataclass
class _Server:
    """The server of one data directory."""

    directory: Path
    account: Account
    binaries: Path
    process: "subprocess.Popen[Any] | None" = None

    @property
    def cluster(self) -> Path:
        return self.directory / "server" / "cluster"

    @property
    def sockets(self) -> Path:
        """The directory of the server's socket: with the data, unless that path is too long for a socket."""
        if len(os.fsencode(self.cluster)) < MAX_SOCKET_DIRECTORY_LENGTH:
            return self.cluster
        name = sha256(os.fsencode(self.cluster)).hexdigest()[:16]
        return Path(gettempdir()) / f"backend-todo-{name}"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets), safe='')}"

    def ensure_running(self, settings: Mapping[str, str]) -> None:
        if not self.cluster.exists():
            self._initialise()
        self._check_version()
        self._claim_socket_directory()
        try:
            self._wait_until_ready(settings)
        except BaseException:
            if self.process is not None:
                self.process.terminate()
            raise

    def _wait_until_ready(self, settings: Mapping[str, str]) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not self._is_ready():
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise EmbeddedError(f"PostgreSQL did not start on {self.directory}: see {self._log}.")
            # Wait for a server that is still starting, or still stopping.
            if self.process is None and not self._has_processes():
                self.process = self._start(settings)
            time.sleep(0.05)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-D", self.cluster, "-m", "fast", "-w", "-t", str(int(TIMEOUT)))
        if self.process is not None:
            self.process.wait()

    def _initialise(self) -> None:
        unfinished = self.cluster.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        result = self._run(
            *("initdb", "-D", unfinished, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        if result.returncode:
            raise EmbeddedError(f"PostgreSQL could not create its data in {self.directory}: see {self._log}.")
        unfinished.rename(self.cluster)

    def _check_version(self) -> None:
        try:
            version = (self.cluster / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EmbeddedError(
                f"{self.cluster} contains no PostgreSQL data: move it away, or set TODO_DATA_DIR."
            ) from error
        expected = major_version(self.binaries)
        if version != expected:
            raise EmbeddedError(
                f"The data in {self.directory} belong to PostgreSQL {version}, but this is {expected}: "
                "move them with pg_dump, or set TODO_DATA_DIR to another directory."
            )

    def _claim_socket_directory(self) -> None:
        if self.sockets == self.cluster:
            return
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            self.account.own(self.sockets)
        status = self.sockets.lstat()
        if stat.S_IMODE(status.st_mode) != stat.S_IRWXU or status.st_uid != self.account.uid:
            raise EmbeddedError(
                f"{self.sockets} belongs to another user: set TODO_DATA_DIR to a shorter path."
            )

    def _start(self, settings: Mapping[str, str]) -> "subprocess.Popen[Any]":
        # Left over from a killed server: its pid may belong to another program by now.
        for leftover in (self.cluster / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)
        parameters = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        options = [f"-c{name}={value}" for name, value in {**parameters, **settings}.items()]
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach the application first.
            return subprocess.Popen(
                [self.binaries / "postgres", "-D", self.cluster, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=self._environment,
                start_new_session=True,
                **self.account.subprocess_options,
            )

    def _is_ready(self) -> bool:
        return self._run("pg_isready", "-q", "-h", self.sockets, "-t", "2").returncode == 0

    def _has_processes(self) -> bool:
        """Check whether a live server works in this data directory, whatever its pid file says."""
        for process in psutil.process_iter(["name", "cwd", "status"]):
            info = process.info
            if info["name"] == "postgres" and info["status"] != psutil.STATUS_ZOMBIE:
                # Not by name: a deleted directory may have had the same one.
                with contextlib.suppress(OSError, TypeError):
                    if Path(info["cwd"]).samefile(self.cluster):
                        return True
        return False

    def _run(self, program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        # Output goes to a file: a server that inherits a pipe would block its reader.
        with self._log.open("ab") as log:
            return subprocess.run(
                [self.binaries / program, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=self._environment,
                **self.account.subprocess_options,
            )

    @property
    def _log(self) -> Path:
        return self.directory / "postgres.log"

    @property
    def _environment(self) -> dict[str, str]:
        # Without the caller's locale and PG* variables.
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
