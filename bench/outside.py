"""The second measure: requests a second over sockets, as wrk counts them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from bench.contestants import Contestant
from bench.inside import rotated
from bench.operations import OPERATIONS, Operation
from bench.plan import Plan
from bench.results import Results
from bench.rows import prepare_deletes, tidy

SCRIPT = Path(__file__).with_name("requests.lua")
THREADS, CONNECTIONS = 2, 16
FASTEST = 6000
"""Rows that a thread of wrk may delete in a second, at most."""


def missing() -> str | None:
    """What has to be installed first, in a sentence."""
    return None if shutil.which("wrk") else "wrk is missing (apt-get install wrk): nothing went over sockets."


def outside(
    contestants: tuple[Contestant, ...], addresses: dict[str, str], url: str, plan: Plan, results: Results
) -> None:
    """Measure all contestants' servers, one after the other, in each round in another order."""
    reach = plan.seconds * FASTEST
    for contestant in contestants:
        _run(contestant, OPERATIONS[0], addresses[contestant.key], 1, (0, reach))
    for round_ in range(plan.rounds):
        tidy(url)
        for operation in OPERATIONS:
            for place, contestant in enumerate(rotated(contestants, round_)):
                first = (round_ * len(contestants) + place) * THREADS * reach
                if operation.name == "delete":
                    prepare_deletes(url, (first, THREADS * reach))
                seen = _run(contestant, operation, addresses[contestant.key], plan.seconds, (first, reach))
                results.add("outside", contestant.key, operation.name, seen["requests"] / seen["seconds"])
                results.add("p50", contestant.key, operation.name, seen["p50"])
                results.add("p99", contestant.key, operation.name, seen["p99"])


def _run(
    contestant: Contestant, operation: Operation, address: str, seconds: int, numbers: tuple[int, int]
) -> Any:
    how = (f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s")
    seen = send(contestant, operation, address, how, numbers)
    if seen["refused"] or seen["broken"]:
        raise RuntimeError(f"{contestant.title}, {operation.name}: {seen}")
    return seen


def send(
    contestant: Contestant,
    operation: Operation,
    address: str,
    how: tuple[str, ...],
    numbers: tuple[int, int],
) -> Any:
    """What wrk counted; `how` are its own options, `numbers` the script's."""
    kind = operation.name if operation.name in {"create", "delete"} else "seeded"
    body = "" if operation.body is None else json.dumps(operation.body)
    path = contestant.template(operation)
    done = subprocess.run(
        [
            *("wrk", *how, f"-s{SCRIPT}", address, "--"),
            *(operation.method, path, body, kind, *map(str, numbers)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.partition("RESULT ")[2])
