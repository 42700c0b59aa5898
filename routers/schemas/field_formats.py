"""The one spelling of each plain type on the wire, read alike by JSON Schema, Pydantic and PostgreSQL."""

import contextlib
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_SPACE = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

ONE_LINE = rf"^[^{_CONTROL}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"
"""A pattern for text in one line, not blank: no control characters, something besides white space.

Written so that Pydantic, JavaScript, Python and PostgreSQL read it alike.
"""

TEXT = r"^[^\u0000]*$"
"""A pattern for any text that PostgreSQL can hold."""

LONGEST_TEXT = 65_536
"""Characters in a text whose declaration says no less."""

MOST_MEMBERS = 65_536
"""Members of an array whose declaration says no less."""

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

_DAY = (
    r"(?:[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:12|16|20|24|28)00)-02-29)"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"

DATE = rf"^{_DAY}$"
"""A pattern for dates of the years 1000 to 2999: each is a day that there is."""

TIMESTAMP = rf"^{_DAY}T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+-]{_CLOCK})$"
"""The same for RFC 3339 timestamps."""

_IN_UTC = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{6}})?Z$"

LARGEST_FLOAT = 1.7976931348623157e308
"""The largest number that PostgreSQL's `double precision` and Python's float hold."""

_WHOLE = r"0|-?[1-9][0-9]{0,18}"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"


def not_canonical(expected: str) -> PydanticCustomError:
    """The error for a value that is not in its one spelling."""
    return PydanticCustomError("not_canonical", "This must be {expected}", {"expected": expected})


def _reader(pattern: str, read: Callable[[str], Any], expected: str) -> BeforeValidator:
    """What takes texts of a pattern alone, and reads them."""
    is_one = re.compile(pattern.removesuffix("$")).fullmatch

    def value_of(text: object) -> Any:
        if not isinstance(text, str) or not is_one(text):
            raise not_canonical(expected)
        return read(text)

    return BeforeValidator(value_of)


def _whole_in_json(value: object) -> object:
    """An integer as JSON Schema has it: `1.0` is one, `true` is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise not_canonical("an integer")
    return value


def _number_in_json(value: object) -> object:
    if type(value) not in {int, float}:
        raise not_canonical("a number")
    return _double(value)


def _double(value: Any) -> float:
    with contextlib.suppress(OverflowError):
        if math.isfinite(double := float(value)):
            return double
    raise not_canonical("a number that double precision holds")


def _in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


WHOLE_IN_JSON = BeforeValidator(_whole_in_json)
NUMBER_IN_JSON = BeforeValidator(_number_in_json)
WHOLE_IN_QUERY = _reader(_WHOLE, int, "an integer without leading zeros")
NUMBER_IN_QUERY = _reader(_NUMBER, _double, "a number as JSON writes it")

QueryBool = Annotated[bool, _reader("true|false", "true".__eq__, "true or false")]

WireUUID = Annotated[
    UUID,
    _reader(_UUID, UUID, "a UUID in lower-case hexadecimal with hyphens"),
    Field(
        json_schema_extra={
            "pattern": _UUID,
            "minLength": 36,
            "maxLength": 36,
            "examples": ["01a1fdac-1bcd-7733-adf7-12840d0ad87a"],
        }
    ),
]
WireDate = Annotated[
    date,
    _reader(DATE, date.fromisoformat, "a date like 2026-01-31"),
    Field(json_schema_extra={"pattern": DATE, "maxLength": 10, "examples": ["2026-01-31"]}),
]
WireTime = Annotated[
    datetime,
    _reader(
        TIMESTAMP,
        _in_utc,
        "a timestamp with its offset, like 2026-01-31T12:00:00Z",
    ),
    Field(json_schema_extra={"pattern": TIMESTAMP, "maxLength": 32, "examples": ["2026-01-31T12:00:00Z"]}),
]

ShownDate = Annotated[date, Field(json_schema_extra={"maxLength": 10, "examples": ["2026-01-31"]})]
ShownTime = Annotated[
    datetime,
    Field(
        json_schema_extra={"pattern": _IN_UTC, "maxLength": 27, "examples": ["2026-01-31T12:00:00.000001Z"]}
    ),
]

RowId = Annotated[WireUUID, Path(description="Which row is meant, by its id.")]
"""A row's id as a path parameter."""


def query_int(least: int, most: int) -> Any:
    """The type of an integer query parameter within these bounds."""
    # The bounds stand first: behind the validator they would not reach the document.
    return Annotated[int, Field(ge=least, le=most), WHOLE_IN_QUERY]


def decimal_pattern(whole: int, places: int, *, sign: bool, exact: bool) -> str:
    """A pattern for decimals with up to `whole` digits before the point and `places` after it.

    `exact`: all of the places are there, as they are in an answer.
    """
    integer = f"(?:0|[1-9][0-9]{{0,{whole - 1}}})" if whole else "0"
    fraction = "" if not places else rf"\.[0-9]{{{places}}}" if exact else rf"(?:\.[0-9]{{1,{places}}})?"
    return f"^{'-?' if sign else ''}{integer}{fraction}$"


def decimal_schema(pattern: str, whole: int, places: int) -> WithJsonSchema:
    """What the document says of such decimals."""
    longest = len("-") + max(whole, 1) + len(".") + places
    example = f"0.{'0' * places}".removesuffix(".")
    return WithJsonSchema({"type": "string", "pattern": pattern, "maxLength": longest, "examples": [example]})


def decimal_reader(pattern: str, places: int) -> BeforeValidator:
    """What reads decimals of such a pattern."""
    return _reader(pattern, Decimal, f"a decimal in a string, with up to {places} places")
