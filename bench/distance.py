"""What is asked of the database: statements, round trips, and the wait for them where it is far away."""

import statistics
import time

import psycopg

from bench.contestants import BARE, Contestant
from bench.line import Line, line_to
from bench.operations import OPERATIONS
from bench.plan import Plan
from bench.results import Results
from bench.rows import prepare_deletes
from bench.team import Worker, team

TRIP = 0.005
"""Seconds to the database and back, in the second part."""

WARM_UP, COUNTED = 20, 10


def distance(contestants: tuple[Contestant, ...], url: str, plan: Plan, results: Results) -> None:
    """Count what passes for each operation, then time it over a longer line."""
    with line_to(url) as line, team(contestants, line.url) as workers:
        for worker in workers:
            if worker.contestant.key != BARE:
                prepare_deletes(url, (0, WARM_UP + COUNTED + plan.distant))
                _one(worker, line, plan, results)


def _one(worker: Worker, line: Line, plan: Plan, results: Results) -> None:
    key = worker.contestant.key
    line.one_way = 0.0
    for operation in OPERATIONS:
        worker.measure(operation.name, 0, WARM_UP)
    for operation in OPERATIONS:
        line.trips = line.statements = 0
        worker.measure(operation.name, WARM_UP, COUNTED)
        results.add("trips", key, operation.name, line.trips / COUNTED)
        results.add("statements", key, operation.name, line.statements / COUNTED)
    line.one_way = TRIP / 2
    for operation in OPERATIONS:
        waits = _trips(line)
        seen = worker.measure(operation.name, WARM_UP + COUNTED, plan.distant)
        results.add("distance", key, operation.name, seen["wait"] / statistics.median(waits + _trips(line)))


def _trips(line: Line) -> list[float]:
    """How long one round trip over the line takes, some times: timers have their own grain."""
    waits = []
    with psycopg.connect(line.url, autocommit=True) as connection:
        for _ in range(15):
            begun = time.perf_counter()
            connection.execute("SELECT 1")
            waits.append(time.perf_counter() - begun)
    return waits
