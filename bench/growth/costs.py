"""What a request costs in one circumstance and in others, measured in turns."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bench.contestants import BY_KEY, OURS
from bench.growth.plan import Plan
from bench.growth.statements import Statements
from bench.inside import rotated
from bench.results import Results
from bench.rows import connected
from bench.team import Worker

WARM_UP = 30


class Request(NamedTuple):
    """What is sent."""

    method: str
    path: str
    owner: str
    body: str = ""


class Served(Worker):
    """A process with the application, on a database of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(BY_KEY[OURS], url, "bench.growth.worker")
        self.url = url

    def spend(self, requests: Sequence[Request]) -> Any:
        """What they used, per request.

        Raises:
            RuntimeError: some of them failed.
        """
        return self._succeed({"requests": requests})

    def crowd(self, requests: Sequence[Request], clients: int) -> Any:
        """What they used, per request, where so many clients share them."""
        return self._tell({"requests": requests, "clients": clients})

    def go_on(self, requests: int) -> Any:
        """What the process holds after so many more."""
        return self._tell({"life": requests})


@contextlib.contextmanager
def served(url: str) -> Iterator[Served]:
    """The application on this database, until it is no longer asked."""
    worker = Served(url)
    try:
        yield worker
    finally:
        worker.stop()


def _nothing(_requests: Sequence[Request]) -> None:
    """Where requests find what they need."""


@dataclass(frozen=True)
class Case:
    """One circumstance.

    Attributes:
        label: What stands for it in the tables.
        worker: Who is asked.
        request: The request of an operation with this number.
        prepare: What is done before requests of an operation are sent, by its name.
    """

    label: str
    worker: Served
    request: Callable[[str, int], Request]
    prepare: Mapping[str, Callable[[Sequence[Request]], None]] = field(default_factory=dict)

    def requests(self, name: str, first: int, count: int) -> list[Request]:
        """Requests that may be sent now."""
        requests = [self.request(name, number) for number in range(first, first + count)]
        self.prepare.get(name, _nothing)(requests)
        return requests


@dataclass(frozen=True)
class Costs:
    """Measures cases against each other."""

    statements: Statements
    plan: Plan
    results: Results

    def compare(self, part: str, cases: Sequence[Case], names: Sequence[str]) -> None:
        """Measure each operation in each case, in each round in another order."""
        for case in cases:
            for name in names:
                case.worker.spend(case.requests(name, 0, min(WARM_UP, self.plan.requests)))
        for round_ in range(self.plan.rounds):
            for url in {case.worker.url for case in cases}:
                clean(url)
            for name in names:
                for case in rotated(cases, round_):
                    first = WARM_UP + round_ * self.plan.requests
                    self._measure(part, case, name, case.requests(name, first, self.plan.requests))

    def _measure(self, part: str, case: Case, name: str, requests: list[Request]) -> None:
        self.statements.forget()
        used = case.worker.spend(requests)
        spent = self.statements.spent(case.worker.url)
        if spent.calls != len(requests):
            raise RuntimeError(f"{name}: {len(requests)} requests made {spent.calls} statements.")
        self.results.add(f"{part}.used", case.label, name, used["used"])
        self.results.add(f"{part}.database", case.label, name, spent.seconds / spent.calls)
        self.results.add(f"{part}.buffers", case.label, name, spent.buffers / spent.calls)


def clean(url: str) -> None:
    """Leave no dead rows of one round to the next."""
    with connected(url) as cursor:
        cursor.execute("VACUUM")
        cursor.execute("CHECKPOINT")
