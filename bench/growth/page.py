"""The page that holds the newest numbers of growth."""

from pathlib import Path

from bench.document import DOCS, insert
from bench.growth.plot import growing, life
from bench.growth.report import whole
from bench.results import Results


def write(results: Results) -> list[Path]:
    """Put the numbers into the page, and the plots beside it."""
    page = DOCS / "growth.md"
    insert(page, whole(results))
    pictures = {DOCS / "growth.svg": growing(results), DOCS / "growth-memory.svg": life(results)}
    for path, picture in pictures.items():
        path.write_text(picture, encoding="utf-8")
    return [page, *pictures]
