"""Where one contestant's requests spend their time, by Python's own profiler."""

import pstats
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.contestants import Contestant
from bench.operations import OPERATIONS
from bench.plan import Plan
from bench.rows import prepare_deletes
from bench.team import team

WARM_UP, TOP = 50, 25
ROOT = Path(__file__).resolve().parent.parent


def profile(contestant: Contestant, url: str, plan: Plan, directory: Path) -> None:
    """Write `profile-<operation>.txt` for each operation: packages, then functions, by time of their own."""
    with team((contestant,), url) as (worker,), tempfile.TemporaryDirectory() as scratch:
        prepare_deletes(url, (0, WARM_UP + plan.requests))
        for operation in OPERATIONS:
            worker.measure(operation.name, 0, WARM_UP)
            numbers = str(Path(scratch, operation.name))
            worker.measure(operation.name, WARM_UP, plan.requests, profile=numbers)
            path = directory / f"profile-{operation.name}.txt"
            with path.open("w", encoding="utf-8") as file:
                print(f"{contestant.title}, {operation.name}: {plan.requests} requests", file=file)
                stats: Any = pstats.Stats(numbers, stream=file)
                print(*_packages(stats.stats), sep="\n", file=file)
                stats.sort_stats("tottime").print_stats(TOP)
                stats.sort_stats("cumulative").print_stats(3 * TOP)


def _packages(stats: Any) -> Iterator[str]:
    """Each package's share of the time; what is built in counts for who calls it."""
    spent: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        if file == "~":
            for (caller, _, _), (_, _, within, _) in callers.items():
                spent[_package(caller)] += within
        else:
            spent[_package(file)] += own
    total = sum(spent.values())
    for package, seconds in spent.most_common(TOP):
        yield f"{seconds / total:7.1%}  {package}"


def _package(file: str) -> str:
    path = Path(file)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1]
    if path.is_relative_to(ROOT):
        return f"{path.relative_to(ROOT).parts[0]} (ours)"
    return (
        "built in"
        if file == "~"
        else f"{path.parent.name if path.stem == '__init__' else path.stem} (Python's)"
    )
