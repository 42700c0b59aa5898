"""Options of the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import ROOT
from bench.contestants import BASELINE, CONTESTANTS, OURS

RESULTS, PARTIAL = ROOT / "bench/results.json", ROOT / "bench/partial.json"
PARTS = (
    "process",
    "sockets",
    "limit",
    "rows",
    "orders",
    "owners",
    "pages",
    "bodies",
    "crowd",
    "clients",
    "life",
)
QUICK = {"rounds": 3, "requests": 100, "seconds": 1}


@dataclass(frozen=True)
class Options:
    """What to measure and how much; the defaults are a complete run."""

    command: str = "compare"
    contestant: str = OURS.key
    rounds: int = 5
    requests: int = 300
    seconds: int = 2
    quick: bool = False
    only: Sequence[str] = tuple(each.key for each in CONTESTANTS)
    parts: Sequence[str] = PARTS
    baseline: Path | None = None
    output: Path = RESULTS
    verbose: bool = False


def options() -> Options:
    """Parse the command line; by default, only a complete run writes to the committed file of results."""
    default = Options()
    parser = argparse.ArgumentParser("bench", description="Measure this application beside others.")
    add = parser.add_argument
    add("command", nargs="?", default="compare", choices=("compare", "growth", "report", "profile"))
    add("contestant", nargs="?", default=OURS.key, choices=default.only, help="what to profile (%(default)s)")
    add("--quick", action="store_true", help="measure little, in a few minutes")
    add("--rounds", type=int, help=f"rounds, each in another order ({default.rounds})")
    add("--requests", type=int, help=f"requests per operation and round in process ({default.requests})")
    add("--seconds", type=int, help=f"seconds per operation and round over sockets ({default.seconds})")
    add("--only", nargs="+", choices=default.only, help="contestants to measure")
    add("--parts", nargs="+", choices=PARTS, help="parts to measure")
    add("--baseline", type=Path, help=f"another checkout of this project, measured as `{BASELINE}`")
    add("--output", type=Path, help=f"file of results ({RESULTS.name}, or {PARTIAL.name} for a partial run)")
    add("--verbose", action="store_true", help="show the logs of the contestants")
    chosen = {name: choice for name, choice in vars(parser.parse_args()).items() if choice}
    if chosen.keys() - {"command", "contestant", "verbose"}:
        chosen.setdefault("output", PARTIAL)
    return Options(**(QUICK if "quick" in chosen else {}) | chosen)
