"""The document that holds the newest numbers, between two marks."""

import re
from pathlib import Path

from bench.plot import plot
from bench.report import whole
from bench.results import Results

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def write(results: Results) -> list[Path]:
    """Put the numbers into the document, and the plot beside it."""
    page, picture = DOCS / "performance.md", DOCS / "performance.svg"
    insert(page, whole(results))
    picture.write_text(plot(results), encoding="utf-8")
    return [page, picture]


def insert(page: Path, measured: str) -> None:
    """Put what was measured between the marks of a page."""
    text, marks = re.subn(
        f"(?<={BEGIN}\n).*(?={END})",
        lambda _: measured,
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if marks != 1:
        raise RuntimeError(f"{page} lacks its two marks: {BEGIN} and {END}.")
    page.write_text(text, encoding="utf-8")
