"""The plots of growth, as SVG."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median

from bench.growth.life import STEP
from bench.growth.report import KIB, growth, labels, names
from bench.results import Results

COLOURS = ("#0b6e4f", "#4c78a8", "#f2b134", "#e8833a", "#c8553d", "#7b5ea7")
WIDE, HIGH, LEFT, TOP, GAP = 300, 190, 44, 34, 62
ACROSS, STEPS = 3, 4

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One picture of a plot.

    Attributes:
        title: What it shows.
        lines: By name, points from left to right.
        even: Whether the horizontal axis counts evenly; by powers of ten if not.
    """

    title: str
    lines: Mapping[str, Line]
    even: bool = False

    def across(self, x: float) -> float:
        """Where a number lies between the left and the right."""
        xs = [x for line in self.lines.values() for x, _ in line]
        place, low, high = (each if self.even else math.log10(each) for each in (x, min(xs), max(xs)))
        return (place - low) / ((high - low) or 1) * WIDE

    @property
    def step(self) -> float:
        """The distance of two lines across: 1, 2 or 5 of some power of ten, of which four reach the top."""
        least = max(y for line in self.lines.values() for _, y in line) * 1.05 / STEPS
        power: float = 10.0 ** math.floor(math.log10(least))
        return next(each * power for each in (1, 2, 5, 10) if each * power >= least)

    @property
    def top(self) -> float:
        """The number at the upper end."""
        return STEPS * self.step


def _ratios(results: Results, measure: str) -> dict[str, Line]:
    return {
        name: [
            (int(label.replace(",", "")), median(growth(results, measure, label, name)))
            for label in labels(results, measure)
        ]
        for name in names(results, measure)
    }


def growing(results: Results) -> str:
    """Costs against those of the smallest case, and requests a second."""
    titles = {
        "rows.used": "Python, by rows in the table",
        "rows.buffers": "PostgreSQL's buffers, by rows",
        "owners.used": "Python, by owners",
        "owners.buffers": "PostgreSQL's buffers, by owners",
        "pages.used": "Python, by page of a list",
        "pages.buffers": "PostgreSQL's buffers, by page",
        "bodies.used": "Python, by bytes of a body",
        "crowd.used": "Python, by clients at once",
        "clients.rate": "requests a second, by clients",
    }
    panels = [
        Panel(f"{title} (x the first)", _ratios(results, measure))
        for measure, title in titles.items()
        if measure in results.numbers
    ]
    return _svg(panels)


def life(results: Results) -> str:
    """The memory of a worker over its requests."""
    samples = results.rounds("life.bytes", str(STEP), "all")
    line = [(place * STEP, sample / KIB**2) for place, sample in enumerate(samples)]
    return _svg([Panel("MiB that one worker holds, by requests answered", {"RSS": line}, even=True)])


def _svg(panels: Sequence[Panel]) -> str:
    across = min(ACROSS, len(panels))
    width = across * (LEFT + WIDE + 90) + 10
    height = -(-len(panels) // across) * (TOP + HIGH + GAP - 20) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 11px system-ui, sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for place, panel in enumerate(panels):
        row, column = divmod(place, across)
        left, top = LEFT + column * (LEFT + WIDE + 90), TOP + row * (TOP + HIGH + GAP - 20)
        parts.extend(_panel(panel, left, top))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel, left: int, top: int) -> Iterator[str]:
    bottom = top + HIGH
    yield f'<text x="{left}" y="{top - 12}" style="font-weight: 600">{escape(panel.title)}</text>'
    yield f'<path d="M{left} {top}V{bottom}H{left + WIDE}" fill="none" stroke="#999"/>'
    for step in range(STEPS + 1):
        amount, y = panel.step * step, bottom - HIGH * step / STEPS
        yield f'<path d="M{left} {y:.1f}H{left + WIDE}" stroke="#eee"/>'
        yield f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{amount:.3g}</text>'
    xs = sorted({x for line in panel.lines.values() for x, _ in line})
    for x in (xs[0], xs[len(xs) // 2], xs[-1]) if panel.even else xs:
        along = left + panel.across(x)
        yield f'<text x="{along:.1f}" y="{bottom + 15}" text-anchor="middle">{_short(x)}</text>'
    ends: list[float] = []
    for (name, line), colour in zip(panel.lines.items(), COLOURS, strict=False):
        points = [(left + panel.across(x), bottom - y / panel.top * HIGH) for x, y in line]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        end = _free(points[-1][1], ends)
        yield f'<text x="{left + WIDE + 6}" y="{end + 4:.1f}" fill="{colour}">{escape(name)}</text>'


def _free(wanted: float, taken: list[float]) -> float:
    """A height near the one that is wanted, at which nothing is written yet."""
    near = sorted((wanted + 12 * step for step in range(-8, 9)), key=lambda y: abs(y - wanted))
    free = next(y for y in near if all(abs(y - other) >= 12 for other in taken))  # noqa: PLR2004 # a line of text
    taken.append(free)
    return free


def _short(x: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if x >= size:
            return f"{x / size:.3g}{letter}"
    return f"{x:g}"
