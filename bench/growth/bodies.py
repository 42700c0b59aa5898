"""Longer bodies: of a note, whose text may fill them, and of a task, whose description may not."""

import json
import random
import string
from collections.abc import Callable

from bench.growth.costs import Case, Costs, Request, Served, served
from bench.growth.notes import create_table
from bench.operations import owner_name, row_id

TASKS, NOTES = "/api/v1/tasks", "/api/v1/notes"
LONGEST_DESCRIPTION = 2000
KEPT = 20
"""Notes that are replaced and read again and again."""


def text(length: int, number: int) -> str:
    """Letters of no meaning: PostgreSQL would compress others."""
    return "".join(random.Random(number).choices(string.ascii_letters, k=length))  # noqa: S311 # no secret


def note(size: int, number: int) -> str:
    """A note's body of so many bytes."""
    return json.dumps({"text": text(size - len('{"text": ""}'), number)})


def task(size: int, number: int) -> str:
    """A task's body of so many bytes: a description as long as allowed, then blanks, which JSON allows."""
    fixed = {"title": f"Task {number:06}", "description": ""}
    long = min(size - len(json.dumps(fixed)), LONGEST_DESCRIPTION)
    return json.dumps({**fixed, "description": text(long, number)}).ljust(size)


def _request(size: int) -> Callable[[str, int], Request]:
    """What is sent for each operation, with bodies, or answers, of this size."""

    def request(name: str, number: int) -> Request:
        kept = f"{NOTES}/{row_id(size, number % KEPT)}"
        return {
            "create a note": lambda: Request("POST", NOTES, owner_name(1), note(size, number)),
            "replace it": lambda: Request("PUT", kept, owner_name(0), note(size, number)),
            "get it": lambda: Request("GET", kept, owner_name(0)),
            "create a task": lambda: Request("POST", TASKS, owner_name(1), task(size, number)),
        }[name]()

    return request


NAMES = ("create a note", "replace it", "get it", "create a task")


def of_bodies(costs: Costs) -> None:
    """More bytes in a request's body."""
    url = costs.statements.database("bodies")
    create_table(url)
    with served(url) as worker:
        costs.compare("bodies", [_case(size, worker) for size in costs.plan.bodies], NAMES)


def _case(size: int, worker: Served) -> Case:
    return Case(f"{size:,}", worker, _request(size))
