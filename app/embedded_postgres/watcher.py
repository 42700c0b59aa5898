"""Start the embedded PostgreSQL server again when it has ended."""

import logging
import time
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from io import BufferedIOBase
from threading import Event, Thread

import psutil

from app.embedded_postgres.cluster import EmbeddedError
from app.embedded_postgres.postmaster import Postmaster

INTERVAL = 0.5
"""Seconds between two checks."""

BACKOFF = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each attempt to start the server; after the last attempt, the watcher gives up."""

STABLE_SECONDS = 60.0
"""The time without a failure after which the attempts are counted anew."""

_log = logging.getLogger(__name__)  # not structlog: it raises an error if standard error is a closed pipe


class Watcher:
    """A thread that restarts the server; each user has one, and a lock admits one at a time."""

    def __init__(self, postmaster: Postmaster, lock: BufferedIOBase, on_failure: Callable[[], None]) -> None:
        """Start the thread; it calls `on_failure` if the server does not start again."""
        self.error: EmbeddedError | None = None
        self._postmaster = postmaster
        self._lock = lock
        self._on_failure = on_failure
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="embedded-postgres", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, even if it is starting the server, and release the lock."""
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        attempts, last_failure = 0, 0.0
        while not self._stopping.wait(INTERVAL):
            if self._postmaster.is_running():
                continue
            if time.monotonic() - last_failure > STABLE_SECONDS:
                attempts = 0
            if attempts == len(BACKOFF):
                self._give_up()
                return
            if self._stopping.wait(BACKOFF[attempts]):
                return
            attempts += 1
            self._restart()
            last_failure = time.monotonic()

    def _restart(self) -> None:
        while not self._acquire():
            if self._stopping.wait(INTERVAL):
                return
        try:
            if not self._postmaster.is_running():
                _log.warning("the embedded PostgreSQL has ended; restarting it")
            self._postmaster.ensure_running(self._stopping)
        except (EmbeddedError, OSError, psutil.Error) as error:
            _log.warning("the embedded PostgreSQL does not start: %s", error)
        finally:
            flock(self._lock, LOCK_UN)

    def _acquire(self) -> bool:
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_up(self) -> None:
        cluster = self._postmaster.cluster
        self.error = EmbeddedError(
            f"The embedded PostgreSQL on {cluster.directory} has ended and does not start again: "
            f"see {cluster.log}."
        )
        self._on_failure()
