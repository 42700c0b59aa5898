"""How a cursor carries the value of a sort column: each text of a key's pattern is a value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, String
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_DIGITS = 14
"""Microseconds since the year 1000 in hexadecimal: 14 digits reach to the year 3283."""

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
        term: The column, in the order that the cursor means.
    """

    pattern: str
    longest: int
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    term: Callable[[Column[Any]], ColumnElement[Any]]


def key_of(kind: TypeEngine[Any]) -> Key:
    """The key of a column's type.

    Raises:
        UnsortableError: it has none.
    """
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, DateTime):
        return _TIME
    if isinstance(plain, String):
        length = getattr(kind, "length", None) or plain.length
        if length is not None and length <= _LONGEST_TEXT:
            return _text_key(length)
        raise UnsortableError(f"text is sorted where it is at most {_LONGEST_TEXT} characters long")
    raise UnsortableError("it is neither a timestamp nor a text")


def _encode_time(value: datetime) -> str:
    return f"{(value - _EPOCH) // _MICROSECOND:0{_TIME_DIGITS}x}"


def _decode_time(text: str) -> datetime:
    return _EPOCH + int(text, 16) * _MICROSECOND


def _encode_text(value: str) -> str:
    return value.encode().hex()


def _decode_text(text: str) -> str:
    # Bytes that are no text are taken for the replacement character: a position all the same.
    return bytes.fromhex(text).decode(errors="replace").replace("\0", "\1")


def _by_code_point(column: Column[Any]) -> ColumnElement[Any]:
    """The same order on every server, whatever its locale."""
    return column.collate("C")


def _text_key(length: int) -> Key:
    most = 4 * length
    pattern = rf"(?:[0-9a-f]{{2}}){{0,{most}}}"
    return Key(pattern, 2 * most, _encode_text, _decode_text, _by_code_point)


_TIME = Key(rf"[0-9a-f]{{{_TIME_DIGITS}}}", _TIME_DIGITS, _encode_time, _decode_time, lambda column: column)
