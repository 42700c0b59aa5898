"""More requests in the life of one worker, and the memory that it then holds."""

from bench.growth.costs import clean, served
from bench.growth.plan import Plan
from bench.results import Results
from bench.rows import seed

STEP = 10_000
"""Requests between two looks at it."""

CLEANED = 10
"""Steps between two VACUUMs: a table full of dead rows would slow it down."""


def of_life(url: str, plan: Plan, results: Results) -> None:
    """Let one worker answer as many as planned."""
    seed(url)
    with served(url) as worker:
        for step in range(plan.life // STEP + 1):
            seen = worker.go_on(STEP if step else 0)
            results.add("life.bytes", str(STEP), "all", seen["bytes"])
            if step % CLEANED == 0:
                clean(url)
    results.add("life.refused", str(STEP), "all", seen["refused"])
