"""The tables of a run, in Markdown."""

import statistics
from collections.abc import Callable, Iterator

from bench.contestants import CONTESTANTS, FLOOR, OURS
from bench.counter import INSTRUCTIONS
from bench.machine import measured
from bench.operations import OPERATIONS
from bench.results import Results

NAMES = [operation.name for operation in OPERATIONS]
TITLES = {contestant.key: contestant.title for contestant in CONTESTANTS} | {"pgbench": "pgbench, no Python"}
Cell = Callable[[str, str], str | None]


def _table(results: Results, measure: str, cell: Cell) -> Iterator[str]:
    """One row for each contestant that was measured, one column for each operation."""
    yield "| | " + " | ".join(NAMES) + " |"
    yield "|---" * (len(NAMES) + 1) + "|"
    for key, title in TITLES.items():
        if key in results.numbers.get(measure, {}):
            cells = [cell(key, name) or "" for name in NAMES]
            yield f"| {f'**{title}**' if key == OURS else title} | " + " | ".join(cells) + " |"


def spread(rounds: list[float]) -> str:
    """How far the rounds lie from their median, in percent: half of the distance between the extremes."""
    middle = statistics.median(rounds)
    return f"±{(max(rounds) - min(rounds)) / 2 / middle:.0%}" if middle else ""


def _ratio(results: Results, measure: str, key: str, name: str) -> str:
    ratios = results.ratios(measure, key, name)
    if not ratios:
        return ""
    middle = statistics.median(ratios)
    return f"**{middle:.2f}x**" if middle < 10 else f"**{middle:.0f}x**"  # noqa: PLR2004 # digits that say something


def tables(results: Results) -> Iterator[str]:
    """All tables, each with its heading."""
    facts = results.facts
    unit = facts["unit"]

    def inside(key: str, name: str) -> str | None:
        rounds = results.rounds("inside", key, name)
        middle = statistics.median(rounds)
        amount = f"{middle / 1000:.0f} k" if unit == INSTRUCTIONS else f"{middle * 1e6:.0f} µs"
        return f"{_ratio(results, 'inside', key, name)} {amount} {spread(rounds)}"

    def outside(key: str, name: str) -> str | None:
        rounds = results.rounds("outside", key, name)
        if not rounds:
            return None
        return f"{_ratio(results, 'outside', key, name)} {statistics.median(rounds):,.0f} {spread(rounds)}"

    def waits(key: str, name: str) -> str | None:
        p50, p99 = (results.median(measure, key, name) for measure in ("p50", "p99"))
        return None if p50 is None or p99 is None else f"{p50:.1f} / {p99:.1f}"

    def trips(key: str, name: str) -> str | None:
        counted = (results.median(measure, key, name) for measure in ("statements", "trips"))
        return " / ".join(f"{number:g}" for number in counted if number is not None)

    def distance(key: str, name: str) -> str | None:
        return f"{results.median('distance', key, name):.1f}"

    floor = f"**nx**: against {TITLES[FLOOR]} in the same round, median of the rounds"
    for measure, heading, cell in (
        ("inside", f"### Used by one request: {unit} ({floor}; ±: half of the range)", inside),
        ("outside", f"### Requests a second over sockets ({floor}; ±: half of the range)", outside),
        ("p50", "### Milliseconds that half of those requests, and all but 1 %, waited (p50 / p99)", waits),
        ("trips", "### Asked of the database by one request: statements / round trips", trips),
        ("distance", "### Waited for by one request with the database 5 ms away, in round trips", distance),
    ):
        if measure in results.numbers:
            yield f"{heading}\n\n" + "\n".join(_table(results, measure, cell)) + "\n"


def whole(results: Results) -> str:
    """What stands between the document's marks."""
    facts = results.facts
    lines = [
        f"{measured(facts)} (its default durability: fsync and synchronous_commit on). "
        f"{facts['rounds']} rounds in rotated order; in process {facts['requests']} requests of each "
        f"operation to each contestant in a round, over sockets {facts['seconds']} s with 2 threads "
        "and 16 connections of wrk. " + " ".join(facts["missing"]),
        "",
        *tables(results),
        "### What they answer otherwise",
        "",
    ]
    for key, differences in results.differences.items():
        lines.extend(f"- {TITLES[key]}: {difference}." for difference in differences)
    return "\n".join(lines).strip() + "\n"
