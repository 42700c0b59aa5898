"""The first measure: what one request uses in the contestant's own process."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from bench.operations import OPERATIONS
from bench.plan import Plan
from bench.results import Results
from bench.rows import prepare_deletes, tidy
from bench.team import Worker

WARM_UP = 50
SLICES = 4
"""A round is cut so that a contestant and the next ones see the machine in the same mood."""

T = TypeVar("T")


def rotated(several: Sequence[T], by: int) -> list[T]:
    """The same in an order that begins elsewhere."""
    by %= len(several)
    return [*several[by:], *several[:by]]


def _slices(plan: Plan, round_: int, contestants: int) -> Iterator[tuple[int, int]]:
    """The turn of each slice of a round, with the number of the first request in it."""
    for part in range(SLICES):
        turn = round_ * SLICES + part
        yield turn, turn * contestants * plan.requests


def inside(workers: list[Worker], url: str, plan: Plan, results: Results) -> None:
    """Measure all contestants, one after the other, in each round in another order."""
    size = max(plan.requests // SLICES, 1)
    prepare_deletes(url, (0, WARM_UP * len(workers)))
    for place, worker in enumerate(workers):
        for operation in OPERATIONS:
            worker.measure(operation.name, place * WARM_UP, WARM_UP)
    for round_ in range(plan.rounds):
        tidy(url)
        for operation in OPERATIONS:
            used = dict.fromkeys((worker.contestant.key for worker in workers), 0.0)
            for turn, first in _slices(plan, round_, len(workers)):
                if operation.name == "delete":
                    prepare_deletes(url, (first, size * len(workers)))
                for place, worker in enumerate(rotated(workers, turn)):
                    answer = worker.measure(operation.name, first + place * size, size)
                    used[worker.contestant.key] += answer["used"] / SLICES
            for key, per_request in used.items():
                results.add("inside", key, operation.name, per_request)
