"""The plots of a run, as SVG."""

from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench import ROOT
from bench.contestants import FLOOR, LIMIT, TITLES
from bench.operations import OPERATIONS
from bench.report import MEASURES, PARTS, reference
from bench.results import Results

mpl.rcParams.update({"svg.hashsalt": "bench", "svg.fonttype": "none", "font.size": 9})

BARS = ("process.cpu", "sockets.rate", "sockets.postgres_cpu")
LINES = (
    *("rows.cpu", "rows.pages", "owners.cpu", "owners.pages", "pages.cpu", "pages.pages"),
    *("bodies.cpu", "crowd.cpu", "clients.rate", "life.memory"),
)


def comparison(results: Results) -> None:
    """Plot the ratios of each contestant to the reference, on logarithmic axes."""
    names = [name for name in BARS if name in results.numbers]
    figure = Figure(figsize=(5 * len(names), 9), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        to = reference(results, name)
        rows = [row for row in results.numbers[name] if row not in {FLOOR.key, LIMIT, to}]
        for place, row in enumerate(rows):
            _bars(axis, results, name, row, (place / (len(rows) + 1), 1 / (len(rows) + 1)))
        axis.set(xscale="log", title=MEASURES[name.partition(".")[2]][0], xlabel=f"ratio to {TITLES[to]}")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter("")
        axis.margins(x=0.15)
        axis.set_yticks([place + 0.4 for place in range(len(OPERATIONS))], [each.name for each in OPERATIONS])
        axis.invert_yaxis()
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    figure.savefig(ROOT / "docs/performance.svg", metadata={"Date": None})


def _bars(axis: Any, results: Results, name: str, row: str, place: tuple[float, float]) -> None:
    """Draw a bar per operation and the range of the rounds; `place` is the offset and the height of bars."""
    to = reference(results, name)
    ratios = [sorted(results.ratios(name, row, each.name, to)) for each in OPERATIONS]
    middles = [median(each) for each in ratios]
    below = [middle - each[0] for middle, each in zip(middles, ratios, strict=True)]
    above = [each[-1] - middle for middle, each in zip(middles, ratios, strict=True)]
    places, lengths = [n + place[0] for n in range(len(ratios))], [middle - 1 for middle in middles]
    bars = axis.barh(places, lengths, place[1], left=1, xerr=[below, above], label=TITLES[row])
    axis.bar_label(bars, [f"{middle:.2f}" for middle in middles], padding=2, fontsize=6)


def growth(results: Results) -> None:
    """Plot the ratios of each row to the first one, which is the smallest."""
    names = [name for name in LINES if name in results.numbers]
    height = -(-len(names) // 3)
    figure = Figure(figsize=(15, 3 * height), layout="constrained")
    for axis, name in zip(figure.subplots(height, 3, squeeze=False).flat, names, strict=False):
        part, _, measure = name.partition(".")
        rows = results.numbers[name]
        for column in rows[reference(results, name)]:
            ratios = [median(results.ratios(name, row, column, reference(results, name))) for row in rows]
            axis.plot(list(rows), ratios, marker=".", label=column)
        axis.set(title=MEASURES[measure][0], xlabel=PARTS[part][1], ylabel="ratio to the first")
        axis.set_ylim(0, axis.get_ylim()[1] * 1.1)
        axis.tick_params("x", labelrotation=20)
        axis.legend(fontsize=6)
    for axis in figure.axes[len(names) :]:
        axis.set_axis_off()
    figure.savefig(ROOT / "docs/growth.svg", metadata={"Date": None})
