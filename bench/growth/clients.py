"""More clients at once, over sockets."""

from bench.contestants import BY_KEY, OURS
from bench.growth.costs import clean
from bench.growth.plan import Plan
from bench.inside import rotated
from bench.operations import OPERATIONS
from bench.outside import THREADS, missing, send
from bench.results import Results
from bench.rows import seed
from bench.servers import serving

NAMES = ("get", "list", "update")
NAMED = {operation.name: operation for operation in OPERATIONS}
APART = 50_000
PATIENCE = 10
"""Seconds after which wrk gives a request up."""


def of_clients(url: str, plan: Plan, results: Results) -> None:
    """Let as many as planned ask, each anew when it has its answer."""
    if sentence := missing():
        results.facts["missing"].append(sentence)
        return
    ours = BY_KEY[OURS]
    seed(url)
    with serving((ours,), url) as addresses:
        for round_ in range(plan.rounds):
            clean(url)
            for name in NAMES:
                for clients in rotated(plan.clients, round_):
                    threads = min(THREADS, clients)
                    how = (f"-t{threads}", f"-c{clients}", f"-d{plan.seconds}s", f"--timeout={PATIENCE}s")
                    seen = send(ours, NAMED[name], addresses[OURS], how, (0, APART))
                    _keep(results, f"{clients:,}", name, seen)


def _keep(results: Results, clients: str, name: str, seen: dict[str, float]) -> None:
    results.add("clients.rate", clients, name, seen["requests"] / seen["seconds"])
    results.add("clients.p50", clients, name, seen["p50"])
    results.add("clients.p99", clients, name, seen["p99"])
    results.add("clients.refused", clients, name, seen["refused"])
    results.add("clients.broken", clients, name, seen["broken"])
