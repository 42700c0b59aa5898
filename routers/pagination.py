"""Keyset pages: a list's order, with the cursor that says where in it a page begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Table, UnaryExpression, bindparam, tuple_

RowT = TypeVar("RowT")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100

_EPOCH = datetime(1000, 1, 1, tzinfo=UTC)
_KEY_DIGITS = 14
"""Microseconds since the year 1000 in hexadecimal: every value of 14 digits is a time before 3284."""


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Up to `limit` rows, with the cursor of the page after them, or None at the end."""

    items: Sequence[RowT]
    next_cursor: str | None


@dataclass(frozen=True)
class Sort:
    """A total order of a list: one column, then the id, both in the same direction."""

    column: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> "Sort":
        """Read `created_at` or, for the other direction, `-created_at`."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return "-" * self.descending + self.column

    def order(self, table: Table) -> list[UnaryExpression[Any]]:
        """The terms of ORDER BY."""
        columns = (table.c[self.column], table.c.id)
        return [column.desc() if self.descending else column.asc() for column in columns]

    def beyond(self, table: Table) -> ColumnElement[bool]:
        """The condition on rows that come after the position `:after_key, :after_id`."""
        key = tuple_(table.c[self.column], table.c.id)
        position = tuple_(
            bindparam("after_key", type_=table.c[self.column].type),
            bindparam("after_id", type_=table.c.id.type),
        )
        return key < position if self.descending else key > position


@dataclass(frozen=True)
class Cursor:
    """A position in an order: not a row, which may be gone, and no permission to see one."""

    sort: Sort
    key: datetime
    id: UUID

    def __str__(self) -> str:
        microseconds = (self.key - _EPOCH) // timedelta(microseconds=1)
        return f"{self.sort}.{microseconds:0{_KEY_DIGITS}x}{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a text that `cursor_type` has admitted; all of those are positions."""
        sort, _, position = text.rpartition(".")
        microseconds = int(position[:_KEY_DIGITS], 16)
        key = _EPOCH + timedelta(microseconds=microseconds)
        return cls(Sort.parse(sort), key, UUID(hex=position[_KEY_DIGITS:]))


def cursor_type(sorts: Sequence[Sort]) -> Any:
    """The type of a resource's cursors, described exactly: its pattern admits positions alone."""
    names = "|".join(re.escape(str(sort)).replace(r"\-", "-") for sort in sorts)
    longest = max(len(str(sort)) for sort in sorts) + 1 + _KEY_DIGITS + 32
    pattern = rf"^(?:{names})\.[0-9a-f]{{{_KEY_DIGITS + 32}}}$"
    return Annotated[str, StringConstraints(pattern=pattern), Field(max_length=longest)]
