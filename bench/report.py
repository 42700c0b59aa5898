"""The tables of a run in Markdown, and the pages that contain them."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench import ROOT
from bench.contestants import BASELINE, OURS, REFERENCE, TITLES
from bench.results import Results

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

PARTS = {
    "process": ("In process", "contestant"),
    "sockets": ("Over sockets", "contestant"),
    "rows": ("Rows in the table, of 100 owners", "rows"),
    "orders": ("Lists that no index supports, of one of 100 owners", "rows"),
    "owners": ("Owners of a table of the same size; lists of 10", "owners"),
    "pages": ("Pages of a list, of one owner with all rows of the table", "page"),
    "bodies": ("Bytes of a body", "bytes"),
    "crowd": ("Concurrent clients in process", "clients"),
    "clients": ("Concurrent clients over sockets", "clients"),
    "life": ("Requests to one worker", "requests"),
}
"""The heading of each part, and what its rows are."""

MEASURES = {
    "cpu": ("CPU time of the Python process per request", "µs", 1e6),
    "statements": ("SQL statements per request", "", 1),
    "rate": ("Requests per second", "", 1),
    "p50": ("Latency, median", "ms", 1e3),
    "p99": ("Latency, 99th percentile", "ms", 1e3),
    "longest": ("Latency, maximum", "ms", 1e3),
    "failed": ("Failed requests", "", 1),
    "server_cpu": ("CPU time of the server's processes per request", "µs", 1e6),
    "postgres_cpu": ("CPU time of PostgreSQL's processes per request", "µs", 1e6),
    "database": ("Time in PostgreSQL per request (planning and execution)", "µs", 1e6),
    "pages": ("Pages of 8 KiB that PostgreSQL touches per request", "", 1),
    "memory": ("Memory of the process (RSS)", "MiB", 2**-20),
}
"""The caption, the unit and the factor of each measure."""


def caption(name: str) -> str:
    """Return what the table of a measure shows, with the unit."""
    title, unit, _ = MEASURES[name.partition(".")[2]]
    return f"{title}, {unit}" if unit else title


def reference(results: Results, name: str) -> str:
    """Return the row that the ratios of a measure refer to."""
    rows = results.numbers[name]
    return next((row for row in (BASELINE, REFERENCE.key) if row in rows), next(iter(rows)))


def _cell(results: Results, name: str, row: str, column: str) -> str:
    """Return the median of the rounds, its ratio to the reference row, and the spread."""
    rounds = results.numbers[name].get(row, {}).get(column, [])
    if not rounds:
        return ""
    middle = median(rounds)
    amount = middle * MEASURES[name.partition(".")[2]][2]
    text = f"{amount:,.0f}" if amount >= 10 or amount.is_integer() else f"{amount:.1f}"  # noqa: PLR2004 # digits
    if len(set(rounds)) > 1 and middle:
        text += f" ±{(max(rounds) - min(rounds)) / 2 / middle:.0%}"
    ratios = results.ratios(name, row, column, reference(results, name))
    return f"**{median(ratios):.2f}x** {text}" if set(ratios) - {0, 1} else text


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in (header, ["---"] * len(header), *rows))


def _title(row: str) -> str:
    return f"**{TITLES[row]}**" if row == OURS.key else TITLES.get(row, row)


def _tables(results: Results) -> Iterator[str]:
    """Return a table per measure of each part, or a single one if each measure has a single column."""
    for part, (heading, corner) in PARTS.items():
        names = [name for name in results.numbers if name.startswith(f"{part}.")]
        if not names:
            continue
        yield f"### {heading}\n"
        columns = list(next(iter(results.numbers[names[0]].values())))
        if len(columns) == 1:
            cells = [
                [_title(row), *(_cell(results, name, row, columns[0]) for name in names)]
                for row in results.numbers[names[0]]
            ]
            yield _table([corner, *map(caption, names)], cells)
            continue
        for name in names:
            cells = [
                [_title(row), *(_cell(results, name, row, column) for column in columns)]
                for row in results.numbers[name]
            ]
            yield f"{caption(name)}:\n"
            yield _table([corner, *columns], cells)


def page(results: Results) -> str:
    """Return the measured part of a page."""
    first = _title(reference(results, next(iter(results.numbers))))
    summary = (
        "Measured on {day} at `{commit}`: {machine}, load {load} before the run; Python {python}, PostgreSQL "
        "{postgres} with its default durability. {rounds} rounds in rotated order, each with {requests} "
        "requests per operation in process and {seconds} s per operation over sockets. A cell shows the "
        f"median of the rounds, in **bold** its ratio to {first} in the same round, ± half of the range.\n"
    )
    lines = [summary.format(**results.run), *_tables(results)]
    if results.differences:
        lines.append("### Differences between the responses\n")
        lines += [f"- {TITLES[key]}: {text}." for key, texts in results.differences.items() for text in texts]
    return "\n".join(lines).rstrip() + "\n"


def write(results: Results, name: str) -> None:
    """Insert the tables into a page of the documentation."""
    path = ROOT / "docs" / name
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{before}{begin}\n{page(results)}{END}{rest.partition(END)[2]}", encoding="utf-8")
