"""Encode the values of a sort column in cursors. Every text that matches a codec's pattern is a value."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
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

from routers.schemas.field_types import database_type

_EPOCH = datetime(900, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_DIGITS = 14
"""Microseconds since the year 900 in hexadecimal: 14 digits reach to the year 3183."""

_DATE_DIGITS = 6
"""Days since the year 1 in hexadecimal."""

_EXACT = Context(prec=1000)
"""As many digits as PostgreSQL's `numeric` may have."""

_MAX_TEXT_LENGTH = 200
"""Characters; each is up to four bytes, or eight digits of a cursor, which has to fit into a URL."""


class UnsortableError(TypeError):
    """A cursor cannot carry values of a column's type."""


@dataclass(frozen=True)
class CursorCodec:
    """The text form of a sort column's values.

    Attributes:
        pattern: A regular expression for the text.
        max_length: The maximum number of characters.
        encode: Convert a value to text.
        decode: Convert text to a value, for every text that matches the pattern.
        collation: The collation of the order; None for types without one.
    """

    pattern: str
    max_length: int
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    collation: str | None = None

    def collate(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the column with the collation of the order."""
        return column.collate(self.collation) if self.collation else column


def codec_of(column: ColumnElement[Any]) -> CursorCodec:
    """Return the codec of a column.

    Raises:
        UnsortableError: its type has none.
    """
    column_type = database_type(column)
    for types, make in _CODECS:
        if isinstance(column_type, types) and not isinstance(column_type, Enum):
            return make(column_type)
    raise UnsortableError("its type is not supported; sort by text, numbers, dates or timestamps")


def _digits(count: int, encode: Callable[[Any], int], decode: Callable[[int], Any]) -> CursorCodec:
    """Return a codec with so many hexadecimal digits."""
    return CursorCodec(
        f"[0-9a-f]{{{count}}}",
        count,
        lambda value: f"{encode(value):0{count}x}",
        lambda text: decode(int(text, 16)),
    )


def _time_codec(_type: Any) -> CursorCodec:
    return _digits(
        _TIME_DIGITS,
        lambda time: (time - _EPOCH) // _MICROSECOND,
        lambda count: _EPOCH + count * _MICROSECOND,
    )


def _date_codec(_type: Any) -> CursorCodec:
    last = date.max.toordinal()
    return _digits(_DATE_DIGITS, date.toordinal, lambda count: date.fromordinal(min(max(count, 1), last)))


def _integer_codec(column_type: Any) -> CursorCodec:
    size = 2 if isinstance(column_type, SmallInteger) else 8 if isinstance(column_type, BigInteger) else 4
    # Exactly the values of the column's type: PostgreSQL could not compare it with any other.
    minimum = -(1 << (8 * size - 1))
    return _digits(2 * size, lambda value: value - minimum, lambda count: count + minimum)


def _float_codec(_type: Any) -> CursorCodec:
    # All 64 bits are a value: infinities and NaN have positions in PostgreSQL's order.
    return CursorCodec(
        "[0-9a-f]{16}",
        16,
        lambda value: struct.pack(">d", value).hex(),
        lambda text: struct.unpack(">d", bytes.fromhex(text))[0],
    )


def _decimal_codec(column_type: Any) -> CursorCodec:
    if column_type.precision is None or column_type.scale is None:
        raise UnsortableError("a Decimal needs max_digits and decimal_places")
    most, scale = 10**column_type.precision - 1, column_type.scale
    return _digits(
        len(f"{2 * most:x}"),
        lambda value: int(value.scaleb(scale, _EXACT)) + most,
        lambda count: Decimal(min(count, 2 * most) - most).scaleb(-scale, _EXACT),
    )


def _text_codec(column_type: Any) -> CursorCodec:
    if column_type.length is None or column_type.length > _MAX_TEXT_LENGTH:
        raise UnsortableError(f"text needs a max_length of at most {_MAX_TEXT_LENGTH}")
    most = 4 * column_type.length
    pattern = rf"(?:[0-9a-f]{{2}}){{0,{most}}}"
    # By code point: the same order on every server, whatever its locale.
    return CursorCodec(pattern, 2 * most, lambda value: value.encode().hex(), _decode_text, collation="C")


def _decode_text(text: str) -> str:
    # Invalid UTF-8 decodes to replacement characters, which are a position, too.
    return bytes.fromhex(text).decode(errors="replace").replace("\0", "\1")


_CODECS: tuple[tuple[Any, Callable[[Any], CursorCodec]], ...] = (
    (DateTime, _time_codec),
    (Date, _date_codec),
    (Integer, _integer_codec),
    (Float, _float_codec),
    (Numeric, _decimal_codec),
    (String, _text_codec),
)
