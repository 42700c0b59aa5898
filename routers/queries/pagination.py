"""Keyset pagination: the cursor where a page begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints

from routers.queries.sorting import Sort, SortTerm, key_bind

RowT = TypeVar("RowT")

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

_ID_DIGITS = 32
_NULL = "null"
"""The text of null in a cursor: no text of a codec begins with this letter."""


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Up to `limit` rows, and the cursor of the next page or None on the last one.

    `total` is the number of rows on all pages, if they were counted.
    """

    items: Sequence[RowT]
    next_cursor: str | None
    total: int | None = None


@dataclass(frozen=True)
class Cursor:
    """A position in an order. The row may be gone, and a cursor gives no permission to see one.

    Attributes:
        sort: The order.
        keys: The value of each of its terms.
        id: The id of the row.
    """

    sort: Sort
    keys: tuple[Any, ...]
    id: UUID

    @classmethod
    def at(cls, sort: Sort, row: Any) -> "Cursor":
        """Return the position of a row."""
        return cls(sort, tuple(getattr(row, member) for member in sort.members), row.id)

    def __str__(self) -> str:
        keys = ".".join(
            _NULL if key is None else term.codec.encode(key)
            for term, key in zip(self.sort.terms, self.keys, strict=True)
        )
        return f"{self.sort}.{keys}{self.id.hex}"

    @classmethod
    def parse(cls, text: str, sorts: Mapping[str, Sort]) -> "Cursor":
        """Parse a text that matches `cursor_type`; each of those is a position."""
        name, _, position = text.partition(".")
        sort, keys = sorts[name], position[:-_ID_DIGITS].split(".")
        values = (
            None if key == _NULL else term.codec.decode(key)
            for term, key in zip(sort.terms, keys, strict=True)
        )
        return cls(sort, tuple(values), UUID(hex=position[-_ID_DIGITS:]))

    @property
    def parameters(self) -> dict[str, Any]:
        """The bind parameters of its position."""
        return {**{key_bind(index): key for index, key in enumerate(self.keys)}, "after_id": self.id}


def cursor_type(sorts: Sequence[Sort]) -> Any:
    """Return the type of a resource's cursors; every string that matches its pattern is accepted."""
    alternatives = "|".join(
        rf"{sort}\." + r"\.".join(_pattern(term) for term in sort.terms) for sort in sorts
    )
    max_length = max(
        len(str(sort)) + sum(1 + max(term.codec.max_length, len(_NULL)) for term in sort.terms)
        for sort in sorts
    )
    pattern = rf"^(?:{alternatives})[0-9A-Fa-f]{{{_ID_DIGITS}}}$"
    length = Field(max_length=max_length + _ID_DIGITS)
    return Annotated[str, StringConstraints(pattern=pattern), length]


def _pattern(term: SortTerm) -> str:
    return f"(?:{_NULL}|{term.codec.pattern})" if term.nullable else term.codec.pattern
