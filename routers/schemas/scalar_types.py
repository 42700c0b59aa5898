"""The exact types of single values: numbers, texts, dates, identifiers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, get_origin
from uuid import UUID

from pydantic import Field, PlainSerializer, StrictBool, StrictStr
from pydantic.fields import FieldInfo
from sqlalchemy import (
    CHAR,
    REAL,
    BigInteger,
    DateTime,
    Float,
    Numeric,
    SmallInteger,
)
from sqlalchemy.types import TypeEngine

from routers.schemas.field_formats import (
    JSON_INTEGER,
    JSON_NUMBER,
    MAX_FLOAT,
    MAX_TEXT_LENGTH,
    QUERY_INTEGER,
    QUERY_NUMBER,
    TEXT,
    CanonicalUUID,
    QueryBool,
    RequestDate,
    RequestDateTime,
    ResponseDate,
    ResponseDateTime,
    ResponseUUID,
    decimal_pattern,
    decimal_reader,
    decimal_schema,
)
from routers.schemas.patterns import PATTERN_RULES, is_portable_pattern

_DOUBLE_PRECISION = 25
"""Binary digits from which PostgreSQL's `float(n)` is double precision."""

Metadata = list[Any]
"""The metadata of a field: bounds, lengths, patterns."""


class UnsupportedTypeError(TypeError):
    """A type has no exact format."""


@dataclass(frozen=True)
class FieldTypes:
    """The exact types of a field, without null.

    Attributes:
        body: In a request body.
        query: As a query parameter; None if it cannot be one.
        response: In a response body.
    """

    body: Any
    query: Any
    response: Any


def scalar_types(python_type: Any, metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    """Return the exact types of values that a column of this type can store.

    Raises:
        UnsupportedTypeError: the type has no exact format, or its bounds cannot be documented.
    """
    if isinstance(python_type, type) and issubclass(python_type, Enum):
        return _enum(python_type, metadata)
    if python_type not in _FACTORIES:
        raise unsupported(python_type)
    return _FACTORIES[python_type](metadata, column_type)


def is_scalar(python_type: Any) -> bool:
    """Check whether `scalar_types` knows a type."""
    return python_type in _FACTORIES or (isinstance(python_type, type) and issubclass(python_type, Enum))


def annotated(python_type: Any, *metadata: Any) -> Any:
    """Add metadata to a type."""
    for each in metadata:
        python_type = Annotated[python_type, each]
    return python_type


def unsupported(python_type: Any) -> UnsupportedTypeError:
    """Return the error for a type that has no exact format."""
    known = ", ".join(sorted([*(each.__name__ for each in _FACTORIES), "Enum", "dict", "list"]))
    name = str(python_type) if get_origin(python_type) else getattr(python_type, "__name__", python_type)
    return UnsupportedTypeError(f"the type {name} is not supported; use one of {known}")


def bounds(metadata: Metadata, *names: str) -> list[Any]:
    """Return the bounds with these names."""
    found = (getattr(each, name, None) for each in metadata for name in names)
    return [bound for bound in found if bound is not None]


def _same(request: Any, response: Any) -> Callable[[Metadata, TypeEngine[Any]], FieldTypes]:
    def types(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
        if bounds(metadata, "ge", "gt", "le", "lt"):
            raise UnsupportedTypeError("JSON Schema has no bounds for dates and times: drop them")
        if isinstance(column_type, DateTime) and not column_type.timezone:
            raise UnsupportedTypeError("a timestamp needs a time zone: leave sa_type out")
        return FieldTypes(request, request, annotated(response, *metadata))

    return types


def _text(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    if isinstance(column_type, CHAR):
        raise UnsupportedTypeError("PostgreSQL pads a CHAR with spaces: leave sa_type out")
    for pattern in bounds(metadata, "pattern"):
        if not is_portable_pattern(pattern):
            raise UnsupportedTypeError(f"engines read the pattern {pattern} differently: {PATTERN_RULES}")
    if not bounds(metadata, "pattern"):
        metadata = [*metadata, Field(pattern=TEXT)]
    if not bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_TEXT_LENGTH)]
    plain = annotated(str, *metadata)
    return FieldTypes(annotated(StrictStr, *metadata), plain, plain)


def _integer(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    is_big = isinstance(column_type, BigInteger)
    bits = 15 if isinstance(column_type, SmallInteger) else 63 if is_big else 31
    # JSON Schema's bounds are floats here, and 2**63 - 1 is none.
    maximum = Field(lt=2**bits) if is_big else Field(le=2**bits - 1)
    metadata = _with_bounds(metadata, Field(ge=-(2**bits)), maximum)
    # The bounds come before the validators: after them they would be missing in the JSON Schema.
    return FieldTypes(
        annotated(int, *metadata, JSON_INTEGER),
        annotated(int, *metadata, QUERY_INTEGER),
        annotated(int, *metadata),
    )


def _number(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    precision = getattr(column_type, "precision", None) or _DOUBLE_PRECISION
    if not isinstance(column_type, Float) or precision < _DOUBLE_PRECISION or isinstance(column_type, REAL):
        raise UnsupportedTypeError("a float needs double precision: use sa_type=Double, or none at all")
    metadata = _with_bounds(metadata, Field(ge=-MAX_FLOAT), Field(le=MAX_FLOAT))
    return FieldTypes(
        annotated(float, *metadata, JSON_NUMBER),
        annotated(float, *metadata, QUERY_NUMBER),
        annotated(float, *metadata),
    )


def _with_bounds(metadata: Metadata, minimum: FieldInfo, maximum: FieldInfo) -> Metadata:
    """Add the bounds of the column's type where the field has none; check those that it has."""
    lower, upper = bounds(metadata, "ge", "gt"), bounds(metadata, "le", "lt")
    (floor,), (ceiling,) = bounds(minimum.metadata, "ge"), bounds(maximum.metadata, "le", "lt")
    for bound in (*lower, *upper):
        if not floor <= bound <= ceiling or float(bound) != bound:
            raise UnsupportedTypeError(
                f"the bound {bound} is beyond the column's type: change it, or set sa_type"
            )
    return [*metadata, *([] if lower else [minimum]), *([] if upper else [maximum])]


def _decimal(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    if not isinstance(column_type, Numeric) or column_type.precision is None or column_type.scale is None:
        raise UnsupportedTypeError("a Decimal needs its size: set max_digits and decimal_places")
    if bounds(metadata, "gt", "le", "lt", "multiple_of") or bounds(metadata, "ge") not in ([], [0]):
        raise UnsupportedTypeError("a Decimal is a string with a pattern, which has no bound except ge=0")
    if column_type.precision < column_type.scale:
        raise UnsupportedTypeError("max_digits includes the decimal_places: make it larger")
    sign, places = not bounds(metadata, "ge"), column_type.scale
    digits = column_type.precision - places
    pattern = decimal_pattern(digits, places, sign=sign, exact=False)
    response_pattern = decimal_pattern(digits, places, sign=sign, exact=True)
    request = Annotated[Decimal, decimal_reader(pattern, places), decimal_schema(pattern, digits, places)]
    response = Annotated[
        Decimal,
        PlainSerializer(f"{{:.{places}f}}".format, return_type=str),
        decimal_schema(response_pattern, digits, places),
    ]
    return FieldTypes(request, request, response)


def _enum(python_type: type[Enum], metadata: Metadata) -> FieldTypes:
    if not all(isinstance(member.value, str) for member in python_type):
        raise UnsupportedTypeError(f"the values of {python_type.__name__} are not all strings: use a StrEnum")
    return FieldTypes(python_type, python_type, annotated(python_type, *metadata))


_FACTORIES: dict[type, Callable[[Metadata, TypeEngine[Any]], FieldTypes]] = {
    bool: lambda metadata, _type: FieldTypes(StrictBool, QueryBool, annotated(bool, *metadata)),
    str: _text,
    int: _integer,
    float: _number,
    Decimal: _decimal,
    date: _same(RequestDate, ResponseDate),
    datetime: _same(RequestDateTime, ResponseDateTime),
    UUID: _same(CanonicalUUID, ResponseUUID),
}
