"""How a cursor carries the value of a sort column: each text of a key's pattern is a value."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
)

from routers.schemas.field_types import plain_type

_EPOCH = datetime(900, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_DIGITS = 14
"""Microseconds since the year 900 in hexadecimal: 14 digits reach to the year 3183."""

_DATE_DIGITS = 6
"""Days since the year 1 in hexadecimal."""

_EXACT = Context(prec=1000)
"""As many digits as PostgreSQL's `numeric` may have."""

_LONGEST_TEXT = 200
"""Characters; each is up to four bytes, or eight digits of a cursor, which has to fit into a URL."""


class UnsortableError(TypeError):
    """A column's type has no order that a cursor could carry."""


@dataclass(frozen=True)
class Key:
    """A sort column's values, as text.

    Attributes:
        pattern: What the text looks like.
        longest: How long it gets, in characters.
        encode: A value as text.
        decode: The text as a value; there is one for each text of the pattern.
        collation: That of the order which the cursor means; None for those without one.
    """

    pattern: str
    longest: int
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    collation: str | None = None

    def term(self, column: Column[Any]) -> ColumnElement[Any]:
        """The column, in the order that the cursor means."""
        return column.collate(self.collation) if self.collation else column


def key_of(column: Column[Any]) -> Key:
    """The key of a column.

    Raises:
        UnsortableError: its type has none.
    """
    kind = plain_type(column)
    for types, make in _KEYS:
        if isinstance(kind, types) and not isinstance(kind, Enum):
            return make(kind)
    raise UnsortableError("its type has no order; sort by text, numbers, dates or timestamps")


def _digits(count: int, encode: Callable[[Any], int], decode: Callable[[int], Any]) -> Key:
    """A key of so many hexadecimal digits."""
    return Key(
        f"[0-9a-f]{{{count}}}",
        count,
        lambda value: f"{encode(value):0{count}x}",
        lambda text: decode(int(text, 16)),
    )


def _time_key(_kind: Any) -> Key:
    return _digits(
        _TIME_DIGITS,
        lambda time: (time - _EPOCH) // _MICROSECOND,
        lambda count: _EPOCH + count * _MICROSECOND,
    )


def _date_key(_kind: Any) -> Key:
    last = date.max.toordinal()
    return _digits(_DATE_DIGITS, date.toordinal, lambda count: date.fromordinal(min(max(count, 1), last)))


def _whole_key(kind: Any) -> Key:
    size = 2 if isinstance(kind, SmallInteger) else 8 if isinstance(kind, BigInteger) else 4
    # Exactly the values of the column's type: one beyond could not be compared with it.
    least = -(1 << (8 * size - 1))
    return _digits(2 * size, lambda value: value - least, lambda count: count + least)


def _float_key(_kind: Any) -> Key:
    # All 64 bits are a position: infinities and NaN have their places in PostgreSQL's order.
    return Key(
        "[0-9a-f]{16}",
        16,
        lambda value: struct.pack(">d", value).hex(),
        lambda text: struct.unpack(">d", bytes.fromhex(text))[0],
    )


def _decimal_key(kind: Any) -> Key:
    if kind.precision is None or kind.scale is None:
        raise UnsortableError("a Decimal is sorted where it has max_digits and decimal_places")
    most, scale = 10**kind.precision - 1, kind.scale
    return _digits(
        len(f"{2 * most:x}"),
        lambda value: int(value.scaleb(scale, _EXACT)) + most,
        lambda count: Decimal(min(count, 2 * most) - most).scaleb(-scale, _EXACT),
    )


def _text_key(kind: Any) -> Key:
    if kind.length is None or kind.length > _LONGEST_TEXT:
        raise UnsortableError(f"text is sorted where it is at most {_LONGEST_TEXT} characters long")
    most = 4 * kind.length
    pattern = rf"(?:[0-9a-f]{{2}}){{0,{most}}}"
    # By code point: the same order on every server, whatever its locale.
    return Key(pattern, 2 * most, lambda value: value.encode().hex(), _decode_text, collation="C")


def _decode_text(text: str) -> str:
    # Bytes that are no text are taken for the replacement character: a position all the same.
    return bytes.fromhex(text).decode(errors="replace").replace("\0", "\1")


_KEYS: tuple[tuple[Any, Callable[[Any], Key]], ...] = (
    (DateTime, _time_key),
    (Date, _date_key),
    (Integer, _whole_key),
    (Float, _float_key),
    (Numeric, _decimal_key),
    (String, _text_key),
)
