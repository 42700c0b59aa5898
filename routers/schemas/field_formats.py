"""The exact format of each plain type in bodies, queries and responses.

Responses have one spelling of each value, and requests accept it. JSON Schema, Pydantic and PostgreSQL read
it alike.
"""

import contextlib
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_SPACE = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

ONE_LINE = rf"^[^{_CONTROL}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"
"""A pattern for one line of text that is not blank: no control characters, some visible character.

Pydantic, JavaScript, Python and PostgreSQL read it alike.
"""

TEXT = r"^[^\u0000]*$"
"""A pattern for any text that PostgreSQL can store."""

MAX_TEXT_LENGTH = 65_536
"""Maximum number of characters of a text without a `max_length`."""

MAX_ARRAY_LENGTH = 65_536
"""Maximum number of items of an array without a `max_length`."""

MAX_ETAG_LIST_LENGTH = 8192
"""Maximum number of characters of `If-Match` and `If-None-Match`."""

_UUID = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
_RESPONSE_UUID = _UUID.replace("A-F", "")

_DAY_OF_YEAR = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_LEAP_DAY = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29"
_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_INNER_YEAR = r"(?:[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8]|0[1-9][0-9]{2}|00[1-9][0-9]|000[2-9])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = rf"[Tt]{_CLOCK}:[0-5][0-9](?:\.[0-9]{{1,9}})?"

DATE = rf"^(?:{_YEAR}-{_DAY_OF_YEAR}|{_LEAP_DAY})$"
"""A pattern for the dates of the years 1 to 9999; it admits existing days only."""

TIMESTAMP = (
    rf"^(?:(?:{_INNER_YEAR}-{_DAY_OF_YEAR}|{_LEAP_DAY}){_TIME}(?:[Zz]|[+-]{_CLOCK})"
    rf"|(?:0001|9999)-{_DAY_OF_YEAR}{_TIME}[Zz])$"
)
"""A pattern for the RFC 3339 timestamps of the same years.

An offset could move one of the first or the last year out of them, so these years have to be in UTC.
"""

_UTC_TIMESTAMP = rf"^(?:{_YEAR}-{_DAY_OF_YEAR}|{_LEAP_DAY})T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{6}})?Z$"

MAX_FLOAT = 1.7976931348623157e308
"""The largest number of PostgreSQL's `double precision` and Python's float."""

_INTEGER = r"0|-?[1-9][0-9]{0,18}"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"


def is_text(value: str) -> bool:
    """Check whether PostgreSQL can store a text: it has no NUL and no lone surrogate."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def not_canonical(expected: str) -> PydanticCustomError:
    """Return the error for a value that is not in its canonical format."""
    return PydanticCustomError("not_canonical", "This must be {expected}", {"expected": expected})


def reader(pattern: str, read: Callable[[str], Any], expected: str) -> BeforeValidator:
    """Return a validator that accepts only strings of this pattern, and converts them."""
    fullmatch = re.compile(pattern.removesuffix("$")).fullmatch

    def validate(text: object) -> Any:
        if not isinstance(text, str) or not fullmatch(text):
            raise not_canonical(expected)
        return read(text)

    return BeforeValidator(validate)


def _json_integer(value: object) -> object:
    """Accept an integer as JSON Schema defines it: `1.0` is one, `true` is not."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise not_canonical("an integer")
    return value


def _json_number(value: object) -> object:
    if type(value) not in {int, float}:
        raise not_canonical("a number")
    return _double(value)


def _double(value: Any) -> float:
    with contextlib.suppress(OverflowError):
        if math.isfinite(double := float(value)):
            return double
    raise not_canonical("a number within double precision")


def _in_utc(text: str) -> datetime:
    # Digits of the fraction beyond the sixth are cut off.
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


JSON_INTEGER = BeforeValidator(_json_integer)
JSON_NUMBER = BeforeValidator(_json_number)
QUERY_INTEGER = reader(_INTEGER, int, "an integer without leading zeros")
QUERY_NUMBER = reader(_NUMBER, _double, "a number as JSON writes it")

QueryBool = Annotated[bool, reader("true|false", "true".__eq__, "true or false")]


def _uuid_schema(pattern: str) -> Any:
    example = "01a1fdac-1bcd-7733-adf7-12840d0ad87a"
    return Field(
        json_schema_extra={"pattern": pattern, "minLength": 36, "maxLength": 36, "examples": [example]}
    )


RequestUUID = Annotated[UUID, reader(_UUID, UUID, "a UUID in hexadecimal with hyphens"), _uuid_schema(_UUID)]
ResponseUUID = Annotated[UUID, _uuid_schema(_RESPONSE_UUID)]
RequestDate = Annotated[
    date,
    reader(DATE, date.fromisoformat, "a date like 2026-01-31"),
    Field(json_schema_extra={"pattern": DATE, "maxLength": 10, "examples": ["2026-01-31"]}),
]
RequestDateTime = Annotated[
    datetime,
    reader(TIMESTAMP, _in_utc, "a timestamp with its offset, like 2026-01-31T12:00:00Z"),
    Field(json_schema_extra={"pattern": TIMESTAMP, "maxLength": 35, "examples": ["2026-01-31T12:00:00Z"]}),
]

ResponseDate = Annotated[
    date, Field(json_schema_extra={"pattern": DATE, "maxLength": 10, "examples": ["2026-01-31"]})
]
ResponseDateTime = Annotated[
    datetime,
    Field(
        json_schema_extra={
            "pattern": _UTC_TIMESTAMP,
            "maxLength": 27,
            "examples": ["2026-01-31T12:00:00.000001Z"],
        }
    ),
]

RowId = Annotated[RequestUUID, Path(description="The unique id of the row.")]
"""A row's id as a path parameter."""


def query_int(minimum: int, maximum: int) -> Any:
    """Return the type of an integer query parameter within these bounds."""
    # The bounds come first: after the validator they would be missing in the JSON Schema.
    return Annotated[int, Field(ge=minimum, le=maximum), QUERY_INTEGER]
