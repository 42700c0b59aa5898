"""The orders of a list. Each is total, and PostgreSQL alone compares its values."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    UnaryExpression,
    and_,
    bindparam,
    cast,
    func,
    or_,
    tuple_,
)

from routers.queries.cursor_codecs import CursorCodec, codec_of
from routers.queries.derived_members import Columns, can_be_null
from routers.schemas.field_types import database_type

Keys = list[ColumnElement[Any]]
"""SQL expressions that are compared one after the other. None of them is null."""


@dataclass(frozen=True)
class SortTerm:
    """One member of an order.

    Attributes:
        member: The name of the member.
        descending: Large values come first.
        nullable: The member can be null. Nulls are last, in both directions.
        codec: The text form of its values, and how they compare.
    """

    member: str
    descending: bool
    nullable: bool
    codec: CursorCodec

    @classmethod
    def parse(cls, text: str, columns: Columns, ignore_case: Container[str], *, is_only: bool) -> "SortTerm":
        """Parse `title` or, for the descending order, `-title`.

        Raises:
            UnsortableError: a cursor cannot carry values of the column's type.
        """
        member = text.removeprefix("-")
        column = columns[member]
        codec = codec_of(column, ignore_case=member in ignore_case)
        nullable = can_be_null(column)
        if nullable or (isinstance(database_type(column), String) and not is_only):
            codec = codec.in_one_expression()
        return cls(member, text.startswith("-"), nullable, codec)

    def keys(self, value: ColumnElement[Any]) -> Keys:
        """Return the keys of the member's column, or of a value in a cursor."""
        if not self.nullable:
            return [*self.codec.keys(value)]
        # With NULLS LAST, or with a null among the keys, a page would be no range of an index.
        presence = func.num_nonnulls(value) if self.descending else func.num_nulls(value)
        return [presence, *self.codec.keys(value)]

    def position(self, index: int) -> Keys:
        """Return what the keys are compared with: those of the value in a cursor."""
        bind_type = self.codec.bind_type
        return self.keys(cast(bindparam(key_bind(index), type_=bind_type), bind_type))


@dataclass(frozen=True)
class _Key:
    """A key of a row, with that of the position that it is compared with."""

    descending: bool
    row: ColumnElement[Any]
    position: ColumnElement[Any]


@dataclass(frozen=True)
class Sort:
    """A total order of a list: its terms, then the id in the direction of the last term.

    Attributes:
        name: The name in requests, e.g. `-priority,title`.
        terms: Its terms, the most significant first.
    """

    name: str
    terms: tuple[SortTerm, ...]

    @classmethod
    def parse(cls, text: str, columns: Columns, ignore_case: Container[str] = ()) -> "Sort":
        """Parse terms with commas between them.

        Raises:
            UnsortableError: a cursor cannot carry values of a column's type.
        """
        parts = text.split(",")
        is_only = len(parts) == 1
        terms = (SortTerm.parse(each, columns, ignore_case, is_only=is_only) for each in parts)
        return cls(text, tuple(terms))

    def __str__(self) -> str:
        return self.name

    @property
    def members(self) -> tuple[str, ...]:
        """The names of its members."""
        return tuple(term.member for term in self.terms)

    @property
    def index_name(self) -> str:
        """The part of an index's name that identifies the order."""
        return "_".join(f"{term.member}{'_desc' * term.descending}" for term in self.terms)

    def keys(self, columns: Columns) -> Iterator[tuple[ColumnElement[Any], bool]]:
        """Yield the keys of its columns, each with whether it is descending."""
        for term in self.terms:
            for key in term.keys(columns[term.member]):
                yield key, term.descending
        yield columns["id"], self.terms[-1].descending

    def order_by(self, columns: Columns) -> list[UnaryExpression[Any]]:
        """Return the terms of ORDER BY."""
        return [key.desc() if descending else key.asc() for key, descending in self.keys(columns)]

    def after_cursor(self, columns: Columns) -> ColumnElement[bool]:
        """Return the condition on rows after the position in the bind parameters of a cursor."""
        row_id = columns["id"]
        last = _Key(self.terms[-1].descending, row_id, bindparam("after_id", type_=row_id.type))
        return _after([*self._keys(columns), last])

    def _keys(self, columns: Columns) -> Iterator[_Key]:
        for index, term in enumerate(self.terms):
            for row, position in zip(term.keys(columns[term.member]), term.position(index), strict=True):
                yield _Key(term.descending, row, position)


def describe(sorts: Sequence[Sort]) -> str:
    """Return what clients should know about the orders of a list."""
    terms = {term.member: term for sort in sorts for term in sort.terms}
    sentences = [f"The order, with ties broken by id. Default: `{sorts[0]}`."]
    if any(term.nullable for term in terms.values()):
        sentences.append("Nulls are last.")
    sentences += (f"`{name}` {term.codec.note}." for name, term in terms.items() if term.codec.note)
    return " ".join(sentences)


def key_bind(index: int) -> str:
    """Return the name of the bind parameter for the value of a term in a cursor."""
    return f"after_key_{index}"


def _after(keys: Sequence[_Key]) -> ColumnElement[bool]:
    """Return the condition on rows after a position.

    Keys of one direction are compared as a row: PostgreSQL reads that range from an index.
    """
    descending = keys[0].descending
    same = [*takewhile(lambda key: key.descending == descending, keys)]
    row, position = tuple_(*(each.row for each in same)), tuple_(*(each.position for each in same))
    beyond = row < position if descending else row > position
    rest = keys[len(same) :]
    if not rest:
        return beyond
    reached = row <= position if descending else row >= position
    return and_(reached, or_(beyond, _after(rest)))
