"""Which column types store the values of a type exactly: all others are rejected."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_origin

from sqlalchemy import (
    BIGINT,
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE_PRECISION,
    FLOAT,
    INTEGER,
    NUMERIC,
    SMALLINT,
    TEXT,
    TIMESTAMP,
    UUID,
    VARCHAR,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Unicode,
    UnicodeText,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import TIMESTAMP as PG_TIMESTAMP
from sqlalchemy.types import TypeEngine

from routers.schemas.choices import are_integers, choices, is_enum, type_name
from routers.schemas.field_formats import MAX_TEXT_LENGTH
from routers.schemas.integer_enums import IntegerEnum

_SMALL, _BIG = (SmallInteger, SMALLINT), (BigInteger, BIGINT)
_LONG_TEXT = (Text, TEXT, UnicodeText)

_FLOAT_DIGITS = range(25, 54)
"""The binary digits with which PostgreSQL's `float(n)` is double precision."""

_MAX_DIGITS = 1000
"""The maximum precision of PostgreSQL's `numeric`."""

_MAX_VARCHAR_LENGTH = 10_485_760

_COLLATIONS = {None, "C", "POSIX", "ucs_basic"}
"""The collations that every server has, in which texts are equal only if they are identical."""


def column_error(python_type: Any, column_type: TypeEngine[Any]) -> str | None:
    """Return why a column of this type does not store the values of a Python type exactly; else None."""
    if is_enum(python_type):
        is_exact = isinstance(column_type, Enum | IntegerEnum) and column_type.enum_class is python_type
        is_exact = is_exact and not getattr(column_type, "native_enum", False)
        advice = "leave sa_type out; the type of a native enum would outlive its migration"
    else:
        values = choices(python_type)
        stored = type(values[0]) if values else get_origin(python_type) or python_type
        classes, condition, advice = _EXACT[stored]
        is_exact = type(column_type) in classes and condition(column_type) and _fit(values, column_type)
        advice = "leave sa_type out" if values else advice
    if is_exact and "_variant_mapping" not in vars(column_type):  # set by `with_variant`
        return None
    return f"{column_type!r} does not store the type {type_name(python_type)} exactly: {advice}"


def _fit(values: list[Any], column_type: Any) -> bool:
    """Check whether a column of texts or integers stores every value of a literal."""
    if values and are_integers(values):
        limit = 1 << integer_bits(column_type)
        return all(-limit <= value < limit for value in values)
    return all(len(value) <= (column_type.length or MAX_TEXT_LENGTH) for value in values)


def integer_bits(column_type: TypeEngine[Any]) -> int:
    """Return the number of bits of an integer column, without the sign."""
    return 15 if isinstance(column_type, SmallInteger) else 63 if isinstance(column_type, BigInteger) else 31


def _is_text(column_type: Any) -> bool:
    if column_type.collation not in _COLLATIONS:
        return False
    if isinstance(column_type, Text):
        return column_type.length is None
    return column_type.length is None or 1 <= column_type.length <= _MAX_VARCHAR_LENGTH


def _is_double(column_type: Any) -> bool:
    has_digits = column_type.precision is None or column_type.precision in _FLOAT_DIGITS
    return has_digits and not column_type.asdecimal


_EXACT: dict[type, tuple[tuple[type, ...], Callable[[Any], bool], str]] = {
    bool: (
        (Boolean, BOOLEAN),
        lambda column_type: not column_type.create_constraint,
        "use sa_type=Boolean, or none at all",
    ),
    str: (
        (String, VARCHAR, Unicode, *_LONG_TEXT),
        _is_text,
        "use sa_type=Text, or none at all, and a max_length; only the collation C is on every server",
    ),
    int: (
        (Integer, INTEGER, *_SMALL, *_BIG),
        lambda _: True,
        "use sa_type=SmallInteger or BigInteger, or none at all",
    ),
    float: (
        (Float, FLOAT, Double, DOUBLE_PRECISION),
        _is_double,
        "a float needs double precision: use sa_type=Double, or none at all",
    ),
    Decimal: (
        (Numeric, NUMERIC, DECIMAL),
        lambda column_type: column_type.asdecimal and (column_type.precision or 0) <= _MAX_DIGITS,
        "use max_digits and decimal_places, or sa_type=Numeric(8, 2)",
    ),
    date: ((Date, DATE), lambda _: True, "use sa_type=Date, or none at all"),
    datetime: (
        (DateTime, TIMESTAMP, PG_TIMESTAMP),
        lambda column_type: column_type.timezone and getattr(column_type, "precision", None) in {None, 6},
        "a timestamp needs a time zone and microseconds: use sa_type=DateTime(timezone=True), or none at all",
    ),
    uuid.UUID: (
        (Uuid, UUID),
        lambda column_type: column_type.as_uuid and column_type.native_uuid,
        "use sa_type=Uuid, or none at all",
    ),
    dict: ((JSONB,), lambda _: True, "use sa_type=JSONB, or none at all"),
    list: ((JSONB,), lambda _: True, "use sa_type=JSONB, or none at all"),
}
