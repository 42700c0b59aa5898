"""Encode the values of a sort column in cursors. Every text that matches a codec's pattern is a value."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.types import TypeEngine

from routers.schemas.extreme_values import DATES, TIMESTAMPS
from routers.schemas.field_types import database_type

_EXTRA_DIGITS = 50
"""Digits on each side of the decimal point that a newer version may have added to a column."""

_NO_TIME = "'-infinity'"
"""Any time; this one has the same text in every time zone."""

_MAX_TEXT_LENGTH = 200
"""Characters; each is up to four bytes, or eight digits of a cursor, which has to fit into a URL."""

_BY_CODE_POINT = "C"
"""The collation of all text: the same order on every server, whatever its locale."""


class UnsortableError(TypeError):
    """A cursor cannot carry values of a column's type."""


def _itself(column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (column,)


@dataclass(frozen=True)
class CursorCodec:
    """The text form of a sort column's values, and how they compare.

    Attributes:
        pattern: A regular expression for the text.
        max_length: The maximum number of characters.
        encode: Convert a value to text.
        decode: Convert text to a value, for every text that matches the pattern.
        bind_type: The type of a value as bind parameter: the widest, since a newer version may have enlarged
            the column.
        keys: The SQL expressions by which PostgreSQL compares a column or a value, in order.
        filler: What stands for null in a key, in SQL; None for keys that are never null.
        note: What clients should know about the order.
    """

    pattern: str
    max_length: int
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    bind_type: TypeEngine[Any]
    keys: Callable[[ColumnElement[Any]], tuple[ColumnElement[Any], ...]] = _itself
    filler: str | None = "0"
    note: str | None = None

    def in_one_expression(self) -> "CursorCodec":
        """Return a codec whose keys are never null, and whose collations are inside of the expressions.

        Of the outermost one in an index, Alembic sees nothing.
        """
        if self.filler is None:
            return self
        filler: ColumnElement[Any] = literal_column(self.filler)
        return replace(
            self,
            keys=lambda value: tuple(func.coalesce(key, filler) for key in self.keys(value)),
            filler=None,
        )


def codec_of(column: ColumnElement[Any], *, ignore_case: bool = False) -> CursorCodec:
    """Return the codec of a column. With `ignore_case`, `apple` precedes `Zebra`.

    Raises:
        UnsortableError: its type has none.
    """
    column_type = database_type(column)
    if ignore_case:
        return _dictionary_codec(column_type)
    for types, make in _CODECS:
        if isinstance(column_type, types):
            return make(column_type)
    raise UnsortableError("its type is not supported; sort by text, numbers, enums, dates or timestamps")


def _binary_codec(
    bits: int,
    bind_type: TypeEngine[Any],
    encode: Callable[[Any], int],
    decode: Callable[[int], Any],
    **options: Any,
) -> CursorCodec:
    """Return a codec of signed integers with so many bits, which are all values."""
    digits, minimum = bits // 4, -(1 << (bits - 1))
    return CursorCodec(
        f"[0-9a-f]{{{digits}}}",
        digits,
        lambda value: f"{encode(value) - minimum:0{digits}x}",
        lambda text: decode(int(text, 16) + minimum),
        bind_type,
        **options,
    )


def _time_codec(_type: Any) -> CursorCodec:
    return _binary_codec(64, DateTime(timezone=True), TIMESTAMPS.number, TIMESTAMPS.value, filler=_NO_TIME)


def _date_codec(_type: Any) -> CursorCodec:
    return _binary_codec(32, Date(), DATES.number, DATES.value, filler=_NO_TIME)


def _integer_codec(_type: Any) -> CursorCodec:
    return _binary_codec(64, BigInteger(), int, int)


def _float_codec(_type: Any) -> CursorCodec:
    # All 64 bits are a value: infinities and NaN have positions in PostgreSQL's order.
    return CursorCodec(
        "[0-9a-f]{16}",
        16,
        lambda value: struct.pack(">d", getattr(value, "stored", value)).hex(),
        lambda text: struct.unpack(">d", bytes.fromhex(text))[0],
        Double(),
    )


def _decimal_codec(column_type: Any) -> CursorCodec:
    if column_type.precision is None or column_type.scale is None:
        raise UnsortableError("a Decimal needs max_digits and decimal_places")
    places = column_type.scale + _EXTRA_DIGITS
    digits = column_type.precision - column_type.scale + _EXTRA_DIGITS
    return CursorCodec(
        rf"(?:NaN|-?(?:Infinity|[0-9]{{1,{digits}}}(?:p[0-9]{{1,{places}}})?))",
        digits + places + len("-p"),
        lambda value: f"{value:f}".replace(".", "p"),
        lambda text: Decimal(text.replace("p", ".")),
        Numeric(),
    )


def _text_codec(column_type: Any) -> CursorCodec:
    if column_type.length is None or column_type.length > _MAX_TEXT_LENGTH:
        raise UnsortableError(f"text needs a max_length of at most {_MAX_TEXT_LENGTH}")
    return _hexadecimal(_MAX_TEXT_LENGTH, lambda column: (column.collate(_BY_CODE_POINT),))


def _dictionary_codec(column_type: Any) -> CursorCodec:
    if not isinstance(column_type, String) or isinstance(column_type, Enum) or column_type.collation:
        raise UnsortableError("only text without a collation can ignore case: drop it from ignore_case")
    exact = _text_codec(column_type)

    def keys(column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
        return (func.lower(column).collate(_BY_CODE_POINT), *exact.keys(column))

    return replace(exact, keys=keys, note="ignores case").in_one_expression()


def _enum_codec(column_type: Any) -> CursorCodec:
    if column_type.native_enum:
        raise UnsortableError("its type is an ENUM of PostgreSQL: leave sa_type out")
    choices = list(column_type.enums)
    # As part of the SQL text, because the expression of an index has no parameters.
    values = array[Any]([literal_column(f"'{_quoted(each)}'", String()) for each in choices], type_=String())

    def keys(column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
        place = func.array_position(values, type_coerce(column, String()))
        return (func.coalesce(place, literal_column(str(len(choices) + 1))),)

    def known(value: Any) -> str:
        text: str = getattr(value, "value", value)
        return text if text in choices else ""  # unknown values have one place

    codec = _hexadecimal(column_type.length, keys)
    note = "is in the documented order of its values"
    return replace(
        codec,
        encode=lambda value: codec.encode(known(value)),
        decode=lambda text: known(codec.decode(text)),
        filler=None,
        note=note,
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _hexadecimal(
    length: int, keys: Callable[[ColumnElement[Any]], tuple[ColumnElement[Any], ...]]
) -> CursorCodec:
    """Return a codec of texts of up to so many characters, as the bytes of their UTF-8."""
    most = 4 * length
    pattern = rf"(?:[0-9a-f]{{2}}){{0,{most}}}"
    return CursorCodec(
        pattern, 2 * most, lambda value: value.encode().hex(), _decode_text, String(), keys, filler="''"
    )


def _decode_text(text: str) -> str:
    # Invalid UTF-8 decodes to replacement characters, which are a position, too.
    return bytes.fromhex(text).decode(errors="replace").replace("\0", "\1")


_CODECS: tuple[tuple[Any, Callable[[Any], CursorCodec]], ...] = (
    (DateTime, _time_codec),
    (Date, _date_codec),
    (Integer, _integer_codec),
    (Float, _float_codec),
    (Numeric, _decimal_codec),
    (Enum, _enum_codec),
    (String, _text_codec),
)
