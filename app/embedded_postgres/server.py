"""The embedded PostgreSQL server: one per data directory, shared by its users, stopped by the last one."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from hashlib import sha256
from io import BufferedIOBase
from pathlib import Path

from app.embedded_postgres.account import is_reachable, server_account
from app.embedded_postgres.binaries import SHARED, BinariesMissingError, binaries_for
from app.embedded_postgres.cluster import Cluster, EmbeddedError
from app.embedded_postgres.postmaster import POLL_SECONDS, Postmaster
from app.embedded_postgres.watcher import Watcher

LEAVE_SECONDS = 1.0
"""Maximum time for the last user to get the lock; whoever holds it longer starts or stops the server."""


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
def embedded_postgres(
    directory: Path,
    settings: Mapping[str, str] | None = None,
    on_failure: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """Start, or join, the server of a data directory, and yield its libpq URL.

    Each user holds a shared lock on a file, which the kernel releases even if the user is killed; the last
    user stops the server. If the server ends before that, one of its users starts it again.

    Args:
        directory: The data directory.
        settings: PostgreSQL parameters for a server that is started here.
        on_failure: Called in another thread if the server has ended and does not start again. It should end
            the block, which then raises an `EmbeddedError`.

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
            cluster = Cluster(directory, account, binaries_for(account))
        except BinariesMissingError as error:
            raise EmbeddedError(
                "The package embedded-postgres is missing: install it, or set DATABASE_URL."
            ) from error
        postmaster = Postmaster(cluster, settings or {})
        stack.callback(_leave, postmaster, starting, users)
        cluster.ensure_initialised()
        postmaster.ensure_running()
        flock(starting, LOCK_UN)
        watcher = Watcher(postmaster, starting, on_failure)
        try:
            yield cluster.url
        finally:
            watcher.stop()
            if watcher.error is not None:
                raise watcher.error


def _leave(postmaster: Postmaster, starting: BufferedIOBase, users: BufferedIOBase) -> None:
    """Stop the server unless it has other users.

    The lock of a process that starts or stops the server is not waited for: that process is a user itself, or
    the last one.
    """
    flock(users, LOCK_UN)
    deadline = time.monotonic() + LEAVE_SECONDS
    while time.monotonic() < deadline:
        try:
            flock(starting, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL_SECONDS)
            continue
        # This fails while others hold the shared lock; then the server continues for them.
        with contextlib.suppress(BlockingIOError):
            flock(users, LOCK_EX | LOCK_NB)
            postmaster.stop()
        return
