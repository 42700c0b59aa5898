"""The processes of the contestants, spoken to over pipes."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any, cast

from bench.contestants import Contestant

SUCCESS = 2
"""Hundreds of a status."""


class Worker:
    """One contestant's process."""

    def __init__(self, contestant: Contestant, url: str, program: str = "bench.worker") -> None:
        self.contestant = contestant
        self.process = subprocess.Popen(
            [sys.executable, "-m", program, contestant.key],
            env=environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors_of_contestants(),
            text=True,
        )
        self._orders, self._answers = cast(IO[str], self.process.stdin), cast(IO[str], self.process.stdout)
        self.unit = self._answer()["unit"]

    def measure(self, operation: str, first: int, count: int, **more: str) -> Any:
        """What so many requests used.

        Raises:
            RuntimeError: some of them failed.
        """
        return self._succeed({"operation": operation, "first": first, "count": count, **more})

    def ask(self, method: str, path: str, owner: str, body: Any = None) -> tuple[int, Any]:
        """One request; its status, and its body read as JSON."""
        text = "" if body is None else json.dumps(body)
        answer = self._tell({"ask": [method, path, owner, text]})
        return answer["status"], json.loads(answer["body"] or "null")

    def _succeed(self, order: Any) -> Any:
        answer = self._tell(order)
        if any(status // 100 != SUCCESS for status in answer["statuses"]):
            raise RuntimeError(f"{self.contestant.title}: answered {answer['statuses']}")
        return answer

    def _tell(self, order: Any) -> Any:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self._answers.readline()
        if not line:
            raise RuntimeError(f"{self.contestant.title} has ended: set BENCH_LOUD=1 to see why.")
        return json.loads(line)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


def errors_of_contestants() -> int | None:
    """Where their logs go: nowhere, unless somebody wants to see them."""
    return None if "BENCH_LOUD" in os.environ else subprocess.DEVNULL


def environment(url: str, **more: str) -> dict[str, str]:
    """What each contestant finds in its environment: the database, and no settings of the user's."""
    ours = ("TODO_", "DATABASE_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**inherited, "DATABASE_URL": url, "TODO_OWNER_PROVIDER": "app.owner:trusted_header", **more}


@contextlib.contextmanager
def team(contestants: tuple[Contestant, ...], url: str) -> Iterator[list[Worker]]:
    """The workers of these contestants, all on one database."""
    workers: list[Worker] = []
    try:
        workers.extend(Worker(contestant, url) for contestant in contestants)
        yield workers
    finally:
        for worker in workers:
            worker.stop()
