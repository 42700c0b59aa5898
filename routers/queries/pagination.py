"""Keyset pages: a list's order, with the cursor that says where in it a page begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Index, Table, UnaryExpression, bindparam, tuple_

from routers.queries.cursor_codecs import Key, key_of

RowT = TypeVar("RowT")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100

_ID_DIGITS = 32


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
    key: Key

    @classmethod
    def of(cls, text: str, table: Table) -> "Sort":
        """Read `created_at` or, for the other direction, `-created_at`.

        Raises:
            UnsortableError: the column's type has no order that a cursor could carry.
        """
        column = column_of(text)
        return cls(column, text.startswith("-"), key_of(table.c[column]))

    def __str__(self) -> str:
        return "-" * self.descending + self.column

    def order(self, table: Table) -> list[UnaryExpression[Any]]:
        """The terms of ORDER BY."""
        terms = (self.key.term(table.c[self.column]), table.c.id)
        return [term.desc() if self.descending else term.asc() for term in terms]

    def give_index(self, table: Table) -> None:
        """Give the table the index that has its rows in this order, unless it has that already."""
        columns = [table.c[name] for name in ("owner_id", self.column, "id") if name in table.c]
        if any(list(index.columns) == columns and not index.unique for index in table.indexes):
            return
        # Not as an expression: PostgreSQL keeps a collation apart, and Alembic would see another index.
        collations = {self.column: f'COLLATE "{self.key.collation}"'} if self.key.collation else {}
        Index(None, *columns, postgresql_ops=collations)

    def beyond(self, table: Table) -> ColumnElement[bool]:
        """The condition on rows that come after the position `:after_key, :after_id`."""
        column = table.c[self.column]
        here = tuple_(self.key.term(column), table.c.id)
        position = tuple_(
            bindparam("after_key", type_=column.type), bindparam("after_id", type_=table.c.id.type)
        )
        return here < position if self.descending else here > position


def column_of(sort: str) -> str:
    """The column that a sort names."""
    return sort.removeprefix("-")


@dataclass(frozen=True)
class Cursor:
    """A position in an order: not a row, which may be gone, and no permission to see one."""

    sort: Sort
    key: Any
    id: UUID

    @classmethod
    def at(cls, sort: Sort, row: Any) -> "Cursor":
        """The position of a row."""
        return cls(sort, getattr(row, sort.column), row.id)

    def __str__(self) -> str:
        return f"{self.sort}.{self.sort.key.encode(self.key)}{self.id.hex}"

    @classmethod
    def parse(cls, text: str, orders: Mapping[str, Sort]) -> "Cursor":
        """Read a text that `cursor_type` has admitted; all of those are positions."""
        name, _, position = text.rpartition(".")
        sort = orders[name]
        return cls(sort, sort.key.decode(position[:-_ID_DIGITS]), UUID(hex=position[-_ID_DIGITS:]))


def cursor_type(sorts: Sequence[Sort]) -> Any:
    """The type of a resource's cursors, described exactly: its pattern admits positions alone."""
    forms = "|".join(rf"{sort}\.{sort.key.pattern}" for sort in sorts)
    longest = max(len(str(sort)) + 1 + sort.key.longest for sort in sorts) + _ID_DIGITS
    pattern = rf"^(?:{forms})[0-9a-f]{{{_ID_DIGITS}}}$"
    return Annotated[str, StringConstraints(pattern=pattern), Field(max_length=longest)]
