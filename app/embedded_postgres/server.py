"""An embedded PostgreSQL server, one per data directory, that its users share until the last one leaves."""

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

from app import Refused
from app.embedded_postgres.account import Account, account_for_servers, reachable
from app.embedded_postgres.binaries import SHARED, ProgramsMissingError, major_version, programs_for

LONGEST_SOCKET_DIRECTORY = 85
"""Bytes; a unix socket's whole path must stay under 108 (Linux) or 104 (macOS)."""

PATIENCE = 30.0
"""Seconds that a server gets to start (crash recovery included) or to stop."""


class EmbeddedError(Refused):
    """The embedded server cannot be had; the message is one sentence for the person at the terminal."""


def data_directory(chosen: Path | None) -> Path:
    """Where the data live: as chosen, or in `.data` below the current directory.

    Run by root, the server is another account's and may be unable to get there: then it is a directory
    of its own below /var/lib.

    Raises:
        EmbeddedError: the chosen directory is out of the server's reach.
    """
    directory = (chosen or Path(".data")).absolute()
    try:
        if reachable(directory, account_for_servers()):
            return directory
    except OSError as error:
        raise EmbeddedError(f"TODO_DATA_DIR {directory} cannot be used: {error.strerror}.") from error
    if chosen is None:
        return SHARED / sha256(os.fsencode(directory)).hexdigest()[:16]
    raise EmbeddedError(
        f"TODO_DATA_DIR {directory} is out of reach for the account `nobody`, under which root runs "
        "PostgreSQL: choose a directory whose parents all may pass, e.g. one below /var/lib."
    )


@contextlib.contextmanager
def embedded_postgres(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run, or join, the server whose data live in `directory`, and yield its libpq URL.

    Users are counted by a shared lock on a file, which the kernel drops even when a user is killed;
    whoever leaves last stops the server. `settings` are PostgreSQL parameters for a server started here.

    Raises:
        EmbeddedError: no server can be started on this directory.
    """
    account = account_for_servers()
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
            server = _Server(directory, account, programs_for(account))
        except ProgramsMissingError as error:
            raise EmbeddedError(
                "The package embedded-postgres is missing: run `make run` again, or set DATABASE_URL."
            ) from error
        server.ensure_running(settings or {})
        flock(starting, LOCK_UN)
        try:
            yield server.url
        finally:
            flock(starting, LOCK_EX)
            # Refused while anybody else holds the shared lock: then the server goes on for them.
            with contextlib.suppress(BlockingIOError):
                flock(users, LOCK_EX | LOCK_NB)
                server.stop()


@dataclass
class _Server:
    """The server of one data directory."""

    directory: Path
    account: Account
    programs: Path
    process: "subprocess.Popen[Any] | None" = None

    @property
    def cluster(self) -> Path:
        return self.directory / "server" / "cluster"

    @property
    def sockets(self) -> Path:
        """Where the server's socket lies: beside the data, unless that path is too long for a socket."""
        if len(os.fsencode(self.cluster)) < LONGEST_SOCKET_DIRECTORY:
            return self.cluster
        name = sha256(os.fsencode(self.cluster)).hexdigest()[:16]
        return Path(gettempdir()) / f"backend-todo-{name}"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets), safe='')}"

    def ensure_running(self, settings: Mapping[str, str]) -> None:
        if not self.cluster.exists():
            self._initialise()
        self._refuse_other_version()
        self._claim_socket_directory()
        try:
            self._await(settings)
        except BaseException:
            if self.process is not None:
                self.process.terminate()
            raise

    def _await(self, settings: Mapping[str, str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise EmbeddedError(f"PostgreSQL did not start on {self.directory}: see {self._log}.")
            # A server that is still starting, or still stopping, is waited for.
            if self.process is None and not self._has_processes():
                self.process = self._start(settings)
            time.sleep(0.05)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-D", self.cluster, "-m", "fast", "-w", "-t", str(int(PATIENCE)))
        if self.process is not None:
            self.process.wait()

    def _initialise(self) -> None:
        unfinished = self.cluster.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        done = self._run(
            *("initdb", "-D", unfinished, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not create its data in {self.directory}: see {self._log}.")
        unfinished.rename(self.cluster)

    def _refuse_other_version(self) -> None:
        try:
            found = (self.cluster / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EmbeddedError(
                f"{self.cluster} holds no data of PostgreSQL: move it away, or set TODO_DATA_DIR."
            ) from error
        ours = major_version(self.programs)
        if found != ours:
            raise EmbeddedError(
                f"The data in {self.directory} are PostgreSQL {found}'s and this is PostgreSQL {ours}: "
                "move them over with pg_dump, or set TODO_DATA_DIR to another directory."
            )

    def _claim_socket_directory(self) -> None:
        if self.sockets == self.cluster:
            return
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            self.account.own(self.sockets)
        found = self.sockets.lstat()
        if stat.S_IMODE(found.st_mode) != stat.S_IRWXU or found.st_uid != self.account.uid:
            raise EmbeddedError(
                f"{self.sockets} belongs to somebody else: set TODO_DATA_DIR to a shorter path."
            )

    def _start(self, settings: Mapping[str, str]) -> "subprocess.Popen[Any]":
        # Left over from a server that was killed: its pid may by now be another program's.
        for leftover in (self.cluster / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)
        parameters = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        given = [f"-c{name}={value}" for name, value in {**parameters, **settings}.items()]
        with self._log.open("ab") as log:
            # A session of its own: a Ctrl-C at the terminal must reach the application first.
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, *given],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=self._environment,
                start_new_session=True,
                **self.account.subprocess_options,
            )

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", self.sockets, "-t", "2").returncode == 0

    def _has_processes(self) -> bool:
        """Whether a live server works in this data directory, whatever its pid file says."""
        for process in psutil.process_iter(["name", "cwd", "status"]):
            facts = process.info
            if facts["name"] == "postgres" and facts["status"] != psutil.STATUS_ZOMBIE:
                # A deleted folder of the same name is not this one: compare the place, not the text.
                with contextlib.suppress(OSError, TypeError):
                    if Path(facts["cwd"]).samefile(self.cluster):
                        return True
        return False

    def _run(self, program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        # Output goes to a file: a server that inherited a pipe would keep its reader waiting.
        with self._log.open("ab") as log:
            return subprocess.run(
                [self.programs / program, *arguments],
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
        # Neither the caller's locale nor its PG* variables have a say here.
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
