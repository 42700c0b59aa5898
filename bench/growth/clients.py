"""More clients at once: in process, then over sockets."""

import json

from bench.contestants import BY_KEY, OURS
from bench.growth.costs import Request, Served, clean, served
from bench.growth.plan import Plan
from bench.inside import rotated
from bench.operations import OPERATIONS, owner_name
from bench.outside import THREADS, missing, send
from bench.results import Results
from bench.rows import seed
from bench.servers import serving

OURSELVES = BY_KEY[OURS]
NAMES = ("get", "list", "update")
NAMED = {operation.name: operation for operation in OPERATIONS}
CROWDED, TIMES = "get", 40
"""What is asked for in process, and how many requests: enough for seconds, in which one might starve."""

APART = 50_000
"""Numbers between the first requests of wrk's threads."""

PATIENCE = 10
"""Seconds after which wrk gives a request up."""


def of_clients(url: str, plan: Plan, results: Results) -> None:
    """Let as many as planned ask, each anew when it has its answer."""
    seed(url)
    with served(url) as worker:
        for round_ in range(plan.rounds):
            clean(url)
            for clients in rotated(plan.clients, round_):
                _in_process(worker, CROWDED, clients, plan.requests * TIMES, results)
    if sentence := missing():
        results.facts["missing"].append(sentence)
        return
    with serving((OURSELVES,), url) as addresses:
        for round_ in range(plan.rounds):
            clean(url)
            for name in NAMES:
                for clients in rotated(plan.clients, round_):
                    _over_sockets(addresses[OURS], name, clients, plan.seconds, results)


def _in_process(worker: Served, name: str, clients: int, count: int, results: Results) -> None:
    seen = worker.crowd([_request(name, number) for number in range(count)], clients)
    for measure in ("used", "p50", "longest", "refused"):
        results.add(f"crowd.{measure}", f"{clients:,}", name, seen[measure])


def _request(name: str, number: int) -> Request:
    operation = NAMED[name]
    owner, row = operation.target(number)
    body = "" if operation.body is None else json.dumps(operation.sent(number))
    return Request(operation.method, OURSELVES.path(operation, owner, row), owner_name(owner), body)


def _over_sockets(address: str, name: str, clients: int, seconds: int, results: Results) -> None:
    how = (f"-t{min(THREADS, clients)}", f"-c{clients}", f"-d{seconds}s", f"--timeout={PATIENCE}s")
    seen = send(OURSELVES, NAMED[name], address, how, (0, APART))
    results.add("clients.rate", f"{clients:,}", name, seen["requests"] / seen["seconds"])
    for measure in ("p50", "p99", "refused", "broken"):
        results.add(f"clients.{measure}", f"{clients:,}", name, seen[measure])
