"""The worker processes, and the process that supervises them."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import time
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import uvicorn

from app import CommandError
from app.listener import finish_accepting
from app.server import GRACEFUL_SECONDS, Worker

KILL_SECONDS = GRACEFUL_SECONDS + 3.0
"""The time after which a worker that was told to stop is killed, in seconds."""

RESTART_SECONDS = 1.0
"""Minimum time between two restarts of workers, in seconds."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_log = logging.getLogger(__name__)  # not structlog: it raises an error if standard error is a closed pipe

spawn = multiprocessing.get_context("spawn")


class Supervisor:
    """Start the workers, restart those that die, and stop all of them together."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, count: int, delay: float) -> None:
        """Prepare `count` workers, which drain for `delay` seconds before they stop."""
        self._config = config
        self._listener = listener
        self._count = count
        self._delay = delay
        # Pipes, not events: those need a helper process, which a closing terminal ends too early.
        self._draining, self._drain = spawn.Pipe(duplex=False)
        self._started, self._ready = spawn.Pipe(duplex=False)
        self._workers: list[SpawnProcess] = []
        self._has_started = False
        self._last_restart = 0.0
        self._signals, self._signalled = os.pipe()

    def run(self) -> None:
        """Serve until a signal arrives.

        Raises:
            CommandError: the first workers do not start.
        """
        resource_tracker.ensure_running()  # otherwise the first start does so, and unblocks SIGINT
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)
        try:
            self._workers = [self._start() for _ in range(self._count)]
            self._supervise(None)
            self._drain.close()
            self._supervise(self._delay)
        finally:
            self._stop()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        os.write(self._signalled, bytes([number]))

    def _start(self) -> SpawnProcess:
        worker = spawn.Process(target=_work, args=(self._config, self._listener, self._draining, self._ready))
        # Inherited: a Ctrl-C, which the terminal sends to all processes, must not end a starting worker.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            worker.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        return worker

    def _supervise(self, seconds: float | None) -> None:
        """Restart workers that die, until a signal arrives or the time is over."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            ended = wait([self._signals, *(worker.sentinel for worker in self._workers)], timeout)
            if self._signals in ended:
                os.read(self._signals, 1)
            if not ended or self._signals in ended:
                return
            if not self._any_has_started():
                raise CommandError("The worker processes do not start: see the messages above.")
            if wait([self._signals], self._last_restart + RESTART_SECONDS - time.monotonic()):
                continue
            self._last_restart = time.monotonic()
            self._replace({worker for worker in self._workers if worker.sentinel in ended})

    def _any_has_started(self) -> bool:
        while self._started.poll():
            self._started.recv_bytes()
            self._has_started = True
        return self._has_started

    def _replace(self, ended: set[SpawnProcess]) -> None:
        for index, worker in enumerate(self._workers):
            if worker in ended:
                worker.join()
                _log.warning("worker %d has ended (exit code %d); restarting it", worker.pid, worker.exitcode)
                worker.close()
                self._workers[index] = self._start()

    def _stop(self) -> None:
        """Close the listener first, then let the workers finish their requests."""
        if any(worker.exitcode is None for worker in self._workers):
            asyncio.run(finish_accepting(self._listener))
        self._listener.close()
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + KILL_SECONDS
        while alive := [worker.sentinel for worker in self._workers if worker.exitcode is None]:
            ended = wait([self._signals, *alive], max(0.0, deadline - time.monotonic()))
            if not ended:
                self._send(signal.SIGKILL)
            elif self._signals in ended:
                self._send(os.read(self._signals, 1)[0])

    def _send(self, number: int) -> None:
        for worker in self._workers:
            if worker.exitcode is None and worker.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, number)


def _work(config: uvicorn.Config, listener: socket.socket, draining: Connection, ready: Connection) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal sends it to all processes
    server = Worker(config, draining.poll, lambda: ready.send_bytes(b""))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([listener])
