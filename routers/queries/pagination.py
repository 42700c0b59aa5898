"""Keyset pagination: the total order of a list, and the cursor where a page begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, UnaryExpression, bindparam, tuple_

from routers.queries.cursor_codecs import CursorCodec, codec_of
from routers.queries.derived_members import Columns

RowT = TypeVar("RowT")

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

_ID_DIGITS = 32


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Up to `limit` rows, and the cursor of the next page or None on the last one."""

    items: Sequence[RowT]
    next_cursor: str | None


@dataclass(frozen=True)
class Sort:
    """A total order of a list: one column, then the id, both in the same direction."""

    column: str
    descending: bool
    codec: CursorCodec

    @classmethod
    def parse(cls, text: str, columns: Columns) -> "Sort":
        """Parse `created_at` or, for the descending order, `-created_at`.

        Raises:
            UnsortableError: a cursor cannot carry values of the column's type.
        """
        column = sort_column(text)
        return cls(column, text.startswith("-"), codec_of(columns[column]))

    def __str__(self) -> str:
        return "-" * self.descending + self.column

    def order_by(self, columns: Columns) -> list[UnaryExpression[Any]]:
        """Return the terms of ORDER BY."""
        terms = (self.codec.collate(columns[self.column]), columns["id"])
        return [term.desc() if self.descending else term.asc() for term in terms]

    def after_cursor(self, columns: Columns) -> ColumnElement[bool]:
        """Return the condition on rows after the position `:after_key, :after_id`."""
        column, row_id = columns[self.column], columns["id"]
        row = tuple_(self.codec.collate(column), row_id)
        position = tuple_(bindparam("after_key", type_=column.type), bindparam("after_id", type_=row_id.type))
        return row < position if self.descending else row > position


def sort_column(sort: str) -> str:
    """Return the column of a sort."""
    return sort.removeprefix("-")


@dataclass(frozen=True)
class Cursor:
    """A position in an order. The row may be gone, and a cursor gives no permission to see one."""

    sort: Sort
    key: Any
    id: UUID

    @classmethod
    def at(cls, sort: Sort, row: Any) -> "Cursor":
        """Return the position of a row."""
        return cls(sort, getattr(row, sort.column), row.id)

    def __str__(self) -> str:
        return f"{self.sort}.{self.sort.codec.encode(self.key)}{self.id.hex}"

    @classmethod
    def parse(cls, text: str, sorts: Mapping[str, Sort]) -> "Cursor":
        """Parse a text that matches `cursor_type`; each of those is a position."""
        name, _, position = text.rpartition(".")
        sort = sorts[name]
        return cls(sort, sort.codec.decode(position[:-_ID_DIGITS]), UUID(hex=position[-_ID_DIGITS:]))


def cursor_type(sorts: Sequence[Sort]) -> Any:
    """Return the type of a resource's cursors; every string that matches its pattern is accepted."""
    alternatives = "|".join(rf"{sort}\.{sort.codec.pattern}" for sort in sorts)
    max_length = max(len(str(sort)) + 1 + sort.codec.max_length for sort in sorts) + _ID_DIGITS
    pattern = rf"^(?:{alternatives})[0-9a-f]{{{_ID_DIGITS}}}$"
    return Annotated[str, StringConstraints(pattern=pattern), Field(max_length=max_length)]
