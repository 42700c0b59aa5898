"""The plot of a run, as SVG."""

from collections.abc import Iterator
from html import escape

from bench.contestants import BARE, CONTESTANTS, FLOOR
from bench.operations import OPERATIONS
from bench.results import Results

COLOURS = ("#0b6e4f", "#4c78a8", "#f2b134", "#e8833a", "#c8553d", "#7b5ea7", "#8a8d91")
BAR, GAP, LEFT, WIDE, TOP = 13, 16, 70, 560, 78
SHOWN = [contestant for contestant in CONTESTANTS if contestant.key != BARE]
HEIGHT = len(OPERATIONS) * (len(SHOWN) * BAR + GAP)


def plot(results: Results) -> str:
    """Two panels side by side: what a request uses, and how many go through in a second."""
    unit = results.facts["unit"]
    panels = [
        ("inside", f"{unit} of one request, against {_floor()} (shorter is better)"),
        ("outside", f"requests a second, against {_floor()} (longer is better)"),
    ]
    shown = [(measure, title) for measure, title in panels if measure in results.numbers]
    width = 20 + len(shown) * (LEFT + WIDE + 60)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 10}">',
        "<style>text { font: 12px system-ui, sans-serif }</style>",
        f'<rect width="{width}" height="{TOP + HEIGHT + 10}" fill="#ffffff"/>',
        *_legend(),
    ]
    for place, (measure, title) in enumerate(shown):
        parts.extend(_panel(results, measure, title, 20 + place * (LEFT + WIDE + 60)))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _floor() -> str:
    return next(contestant.title for contestant in CONTESTANTS if contestant.key == FLOOR)


def _legend() -> Iterator[str]:
    for place, (contestant, colour) in enumerate(zip(SHOWN, COLOURS, strict=True)):
        left = 20 + place * 165
        yield f'<rect x="{left}" y="16" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 18}" y="26">{escape(contestant.title)}</text>'


def _panel(results: Results, measure: str, title: str, left: int) -> Iterator[str]:
    ratios = {
        (contestant.key, operation.name): sorted(found)
        for contestant in SHOWN
        for operation in OPERATIONS
        if (found := results.ratios(measure, contestant.key, operation.name))
    }
    scale = WIDE / max(each[-1] for each in ratios.values())
    yield f'<text x="{left}" y="58" style="font-weight: 600">{escape(title)}</text>'
    one = left + LEFT + scale
    yield f'<path d="M{one:.1f} {TOP - 8}V{TOP + HEIGHT - GAP}" stroke="#999" stroke-dasharray="3 3"/>'
    for place, operation in enumerate(OPERATIONS):
        top = TOP + place * (len(SHOWN) * BAR + GAP)
        yield f'<text x="{left}" y="{top + len(SHOWN) * BAR / 2 + 4:.0f}">{operation.name}</text>'
        for row, (contestant, colour) in enumerate(zip(SHOWN, COLOURS, strict=True)):
            if several := ratios.get((contestant.key, operation.name)):
                yield from _bar(several, scale, (left + LEFT, top + row * BAR), colour)


def _bar(ratios: list[float], scale: float, corner: tuple[int, int], colour: str) -> Iterator[str]:
    """One bar to the median, with a line over the range of the rounds and the number behind it."""
    left, top = corner
    middle = ratios[len(ratios) // 2]
    yield f'<rect x="{left}" y="{top}" width="{middle * scale:.1f}" height="{BAR - 2}" fill="{colour}"/>'
    low, high = (left + ratio * scale for ratio in (ratios[0], ratios[-1]))
    yield f'<path d="M{low:.1f} {top + BAR / 2 - 1}H{high:.1f}" stroke="#222" stroke-width="1"/>'
    yield f'<text x="{high + 4:.1f}" y="{top + BAR - 3}" style="font-size: 10px">{middle:.2f}</text>'
