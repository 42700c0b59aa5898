"""The files of the embedded PostgreSQL server, and the programs that work on them."""

import contextlib
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import quote

from app import CommandError
from app.embedded_postgres.account import Account
from app.embedded_postgres.binaries import major_version

MAX_SOCKET_DIRECTORY_LENGTH = 85
"""Bytes; a unix socket's whole path must stay under 108 (Linux) or 104 (macOS)."""

LOG_MODE = stat.S_IRUSR | stat.S_IWUSR
"""The permissions of the log, which may contain values of rows."""


class EmbeddedError(CommandError):
    """The embedded server cannot run; the message is one sentence for the user."""


@dataclass
class Cluster:
    """The files of one data directory.

    Attributes:
        directory: The data directory.
        account: The account of the server.
        binaries: The directory of PostgreSQL's programs.
    """

    directory: Path
    account: Account
    binaries: Path

    @property
    def path(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.directory / "server" / "cluster"

    @property
    def sockets(self) -> Path:
        """The directory of the server's socket: with the data, unless that path is too long for a socket."""
        if len(os.fsencode(self.path)) < MAX_SOCKET_DIRECTORY_LENGTH:
            return self.path
        name = sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(gettempdir()) / f"backend-todo-{name}"

    @property
    def url(self) -> str:
        """The libpq URL of the server."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets), safe='')}"

    @property
    def log(self) -> Path:
        """The log of the server and of the programs."""
        return self.directory / "postgres.log"

    def ensure_initialised(self) -> None:
        """Create the files of a new data directory, and check those of an existing one.

        Raises:
            EmbeddedError: no server can run on these files.
        """
        if not self.path.exists():
            self._initialise()
        self._check_version()
        self._claim_socket_directory()

    def remove_leftovers(self) -> None:
        """Remove the lock files of a killed server: its pid may belong to another program by now."""
        for leftover in (self.path / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def run(self, program: str, *arguments: str | Path) -> int:
        """Run a program to its end and return its exit code."""
        with self.open_log() as log:
            return subprocess.run(
                [self.binaries / program, *arguments], check=False, **self.subprocess_options(log)
            ).returncode

    def open_log(self) -> FileIO:
        """Open the log, which only the account of the server may read."""
        log = FileIO(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, LOG_MODE), "ab")
        status = os.fstat(log.fileno())
        if stat.S_IMODE(status.st_mode) != LOG_MODE:
            os.fchmod(log.fileno(), LOG_MODE)
        if status.st_uid != self.account.uid:
            self.account.own(self.log)
        return log

    def subprocess_options(self, log: FileIO) -> dict[str, Any]:
        """Return the arguments of `subprocess` functions that run a program for this cluster."""
        return {
            "stdin": subprocess.DEVNULL,
            # Output goes to a file: a server that inherits a pipe would block its reader.
            "stdout": log,
            "stderr": log,
            "cwd": self.directory,
            # Without the caller's locale and PG* variables.
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            **self.account.subprocess_options,
        }

    def _initialise(self) -> None:
        unfinished = self.path.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        exit_code = self.run(
            *("initdb", "-D", unfinished, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        if exit_code:
            raise EmbeddedError(f"PostgreSQL could not create its data in {self.directory}: see {self.log}.")
        unfinished.rename(self.path)

    def _check_version(self) -> None:
        try:
            version = (self.path / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EmbeddedError(
                f"{self.path} contains no PostgreSQL data: move it away, or set TODO_DATA_DIR."
            ) from error
        expected = major_version(self.binaries)
        if version != expected:
            raise EmbeddedError(
                f"The data in {self.directory} belong to PostgreSQL {version}, but this is {expected}: "
                "move them as docs/operations.md describes, or set TODO_DATA_DIR to another directory."
            )

    def _claim_socket_directory(self) -> None:
        if self.sockets == self.path:
            return
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            self.account.own(self.sockets)
        status = self.sockets.lstat()
        if stat.S_IMODE(status.st_mode) != stat.S_IRWXU or status.st_uid != self.account.uid:
            raise EmbeddedError(
                f"{self.sockets} belongs to another user: set TODO_DATA_DIR to a shorter path."
            )
