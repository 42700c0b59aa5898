"""The tables of growth, in Markdown."""

import statistics
from collections.abc import Callable, Iterator
from functools import partial

from bench.growth.life import STEP
from bench.machine import measured
from bench.results import Results

KIB = 1024
SMALL = 10
"""Below this a number shows a digit behind the point."""

Cell = Callable[[str, str], str]

PARTS = {
    "rows": ("rows", "More rows in the table, of 100 owners"),
    "orders": ("rows", "Lists that no index serves, of one of those 100 owners"),
    "owners": ("owners", "More owners, in a table of {table:,} rows; lists of 10"),
    "pages": ("page", "Later pages of 50, of one owner with {table:,} rows"),
    "bodies": ("bytes", "Longer bodies"),
}
MEASURES = {
    "used": ("Time of the processor in the Python process, in µs", 1e6),
    "database": ("Time in PostgreSQL, planning included and the commit not, in µs", 1e6),
    "buffers": ("Pages of 8 KiB that PostgreSQL touched", 1),
}


def middle(results: Results, measure: str, label: str, name: str) -> float:
    """The median of the rounds."""
    return statistics.median(results.rounds(measure, label, name))


def growth(results: Results, measure: str, label: str, name: str) -> list[float]:
    """What each round is to the smallest case's number in the same round, sorted."""
    smallest = results.rounds(measure, next(iter(results.numbers[measure])), name)
    return sorted(a / b for a, b in zip(results.rounds(measure, label, name), smallest, strict=True))


def labels(results: Results, measure: str) -> list[str]:
    """The cases, the smallest first: as they were measured at the first."""
    return sorted(results.numbers[measure], key=lambda label: int(label.replace(",", "")))


def names(results: Results, measure: str) -> list[str]:
    """The operations that were measured."""
    return list(next(iter(results.numbers[measure].values())))


def number(amount: float) -> str:
    """A number with digits that say something."""
    return f"{amount:.1f}" if amount < SMALL else f"{amount:,.0f}"


def _table(first: str, heads: list[str], rows: list[str], cell: Cell) -> str:
    lines = [f"| {first} | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    lines.extend(f"| {row} | {' | '.join(cell(row, head) for head in heads)} |" for row in rows)
    return "\n".join(lines) + "\n"


def _cost(results: Results, part: str) -> Callable[[str, str, str], str]:
    def cell(measure: str, label: str, name: str) -> str:
        full = f"{part}.{measure}"
        ratios = growth(results, full, label, name)
        amount = number(middle(results, full, label, name) * MEASURES[measure][1])
        if ratios[0] == ratios[-1] == 1:
            return f"{amount}"
        return f"**{statistics.median(ratios):.2f}x** {amount} ({ratios[0]:.2f} to {ratios[-1]:.2f})"

    return cell


def _costs(results: Results, part: str) -> Iterator[str]:
    """A part's tables: one for each measure, or one in all where there is a single operation."""
    first, title = PARTS[part]
    yield f"### {title.format(**results.facts)}\n"
    cell = _cost(results, part)
    found = labels(results, f"{part}.used")
    operations = names(results, f"{part}.used")
    if len(operations) == 1:
        heads = {head: measure for measure, (head, _) in MEASURES.items()}
        yield _table(first, list(heads), found, lambda label, head: cell(heads[head], label, operations[0]))
        return
    for measure, (head, _) in MEASURES.items():
        yield f"{head}:\n"
        yield _table(first, operations, found, partial(cell, measure))


def _per_kib(results: Results) -> Iterator[str]:
    """What each KiB beyond the smallest body costs."""
    found = labels(results, "bodies.used")
    smallest, *longer = found

    def cell(label: str, name: str) -> str:
        more = [
            middle(results, f"bodies.{measure}", label, name)
            - middle(results, f"bodies.{measure}", smallest, name)
            for measure in ("used", "database")
        ]
        kib = (int(label.replace(",", "")) - int(smallest)) / KIB
        return " / ".join(f"{each * 1e6 / kib:.1f}" for each in more)

    yield f"For each KiB beyond the first {smallest} bytes, µs of the Python process / of PostgreSQL:\n"
    yield _table("bytes", names(results, "bodies.used"), longer, cell)


def _crowd(results: Results) -> Iterator[str]:
    yield "### More clients at once, in process\n"
    (name,) = names(results, "crowd.used")
    heads: dict[str, Callable[[str], str]] = {
        MEASURES["used"][0]: lambda label: _cost(results, "crowd")("used", label, name),
        "half of them waited, ms": lambda label: f"{middle(results, 'crowd.p50', label, name) * 1e3:.1f}",
        "one waited, ms": lambda label: f"{max(results.rounds('crowd.longest', label, name)) * 1e3:,.0f}",
        "refused": lambda label: f"{sum(results.rounds('crowd.refused', label, name)):.0f}",
    }
    found = labels(results, "crowd.used")
    yield _table("clients", list(heads), found, lambda label, head: heads[head](label))


def _clients(results: Results) -> Iterator[str]:
    yield "### More clients at once, over sockets, to one worker\n"
    found, operations = labels(results, "clients.rate"), names(results, "clients.rate")

    def rate(label: str, name: str) -> str:
        ratios = growth(results, "clients.rate", label, name)
        amount = middle(results, "clients.rate", label, name)
        return f"**{statistics.median(ratios):.2f}x** {amount:,.0f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"

    def waits(label: str, name: str) -> str:
        p50, p99 = (middle(results, f"clients.{which}", label, name) for which in ("p50", "p99"))
        failed = sum(sum(results.rounds(f"clients.{which}", label, name)) for which in ("refused", "broken"))
        return f"{p50:.1f} / {p99:.1f} / {failed:.0f}"

    yield "Requests a second:\n"
    yield _table("clients", operations, found, rate)
    yield "Milliseconds that half of them, and all but 1 %, waited / requests that failed, in all rounds:\n"
    yield _table("clients", operations, found, waits)


def slope(samples: list[float]) -> float:
    """Bytes per request, in the second half of a life."""
    half = samples[len(samples) // 2 :]
    return statistics.linear_regression(range(len(half)), half).slope / STEP


def _life(results: Results) -> Iterator[str]:
    samples = results.rounds("life.bytes", str(STEP), "all")
    mib = [sample / KIB**2 for sample in samples]
    half = mib[len(mib) // 2 :]
    (refused,) = results.rounds("life.refused", str(STEP), "all")
    yield "### A longer life of one worker\n"
    yield (
        f"{(len(samples) - 1) * STEP:,} requests, {refused:.0f} of them refused: {mib[0]:.1f} MiB at the "
        f"start, {mib[1]:.1f} after {STEP:,} requests, {mib[-1]:.1f} at the end. In the second half "
        f"between {min(half):.1f} and {max(half):.1f} MiB, with a slope of **{slope(samples):.2f} bytes "
        "a request**.\n"
    )


def whole(results: Results) -> str:
    """What stands between the document's marks."""
    facts = results.facts
    lines = [
        f"{measured(facts)} (its default durability and its default 128 MiB of buffers). "
        f"{facts['rounds']} rounds in rotated order; in process {facts['requests']} requests of each "
        f"operation in a round, over sockets {facts['seconds']} s of wrk. **nx** is against the first row in "
        "the same round, as the median of the rounds, and in brackets the least and the most of them. "
        + " ".join(facts["missing"]),
        "",
    ]
    for part in PARTS:
        if f"{part}.used" in results.numbers:
            lines.extend(_costs(results, part))
    for measure, tables in (
        ("bodies.used", _per_kib),
        ("crowd.used", _crowd),
        ("clients.rate", _clients),
        ("life.bytes", _life),
    ):
        if measure in results.numbers:
            lines.extend(tables(results))
    return "\n".join(lines).strip() + "\n"
