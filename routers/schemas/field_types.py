"""The Pydantic types of a column's field: in bodies, in queries and in responses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import Field, PlainSerializer, StrictBool, StrictStr
from pydantic.fields import FieldInfo
from sqlalchemy import (
    CHAR,
    REAL,
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Float,
    Numeric,
    SmallInteger,
    String,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from routers.schemas.field_formats import (
    JSON_INTEGER,
    JSON_NUMBER,
    MAX_ARRAY_LENGTH,
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
    decimal_pattern,
    decimal_reader,
    decimal_schema,
)
from routers.schemas.json_types import NUMBER_BOUND, JsonArray, JsonObject, object_of
from routers.schemas.patterns import PATTERN_RULES, is_portable_pattern

_DOUBLE_PRECISION = 25
"""Binary digits from which PostgreSQL's `float(n)` is double precision."""

Metadata = list[Any]
"""The metadata of a field: bounds, lengths, patterns."""


class UnsupportedTypeError(TypeError):
    """A column's type has no exact format."""


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


def field_types(field: FieldInfo, column: ColumnElement[Any]) -> FieldTypes:
    """Return the exact types of a schema's field, which stands for this column.

    Raises:
        UnsupportedTypeError: the type has no exact format, or its bounds cannot be documented.
    """
    python_type, _ = split_optional(field.annotation)
    metadata = [each for each in field.metadata if not type(each).__module__.startswith("sqlmodel")]
    if isinstance(python_type, type) and issubclass(python_type, Enum):
        return _enum(python_type, metadata)
    if (get_origin(python_type) or python_type) in {dict, list}:
        return _json(python_type, metadata)
    if python_type not in _FACTORIES:
        raise _unsupported(python_type)
    return _FACTORIES[python_type](metadata, database_type(column))


def split_optional(annotation: Any) -> tuple[type, bool]:
    """Split an annotation into its type without None, and whether None was part of it."""
    if get_origin(annotation) in (Union, UnionType):
        others = [each for each in get_args(annotation) if each is not type(None)]
        if len(others) == 1:
            return others[0], True
    return annotation, False


def database_type(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """Return the type of a column below SQLAlchemy's type decorators."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _annotated(python_type: Any, metadata: Metadata, *validators: Any) -> Any:
    # The bounds come before the validators: after them they would be missing in the JSON Schema.
    for each in (*metadata, *validators):
        python_type = Annotated[python_type, each]
    return python_type


def _unsupported(python_type: Any) -> UnsupportedTypeError:
    known = ", ".join(sorted([*(each.__name__ for each in _FACTORIES), "Enum", "dict", "list"]))
    name = str(python_type) if get_origin(python_type) else getattr(python_type, "__name__", python_type)
    return UnsupportedTypeError(f"the type {name} is not supported; use one of {known}")


def _same(request: Any, response: Any) -> Callable[[Metadata, TypeEngine[Any]], FieldTypes]:
    def types(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
        if _bounds(metadata, "ge", "gt", "le", "lt"):
            raise UnsupportedTypeError("JSON Schema has no bounds for dates and times: drop them")
        if isinstance(column_type, DateTime) and not column_type.timezone:
            raise UnsupportedTypeError("a timestamp needs a time zone: leave sa_type out")
        return FieldTypes(request, request, _annotated(response, metadata))

    return types


def _text(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    if isinstance(column_type, CHAR):
        raise UnsupportedTypeError("PostgreSQL pads a CHAR with spaces: leave sa_type out")
    for pattern in _bounds(metadata, "pattern"):
        if not is_portable_pattern(pattern):
            raise UnsupportedTypeError(f"engines read the pattern {pattern} differently: {PATTERN_RULES}")
    if not _bounds(metadata, "pattern"):
        metadata = [*metadata, Field(pattern=TEXT)]
    if not _bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_TEXT_LENGTH)]
    plain = _annotated(str, metadata)
    return FieldTypes(_annotated(StrictStr, metadata), plain, plain)


def _integer(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    is_big = isinstance(column_type, BigInteger)
    bits = 15 if isinstance(column_type, SmallInteger) else 63 if is_big else 31
    # JSON Schema's bounds are floats here, and 2**63 - 1 is none.
    maximum = Field(lt=2**bits) if is_big else Field(le=2**bits - 1)
    metadata = _with_bounds(metadata, Field(ge=-(2**bits)), maximum)
    return FieldTypes(
        _annotated(int, metadata, JSON_INTEGER),
        _annotated(int, metadata, QUERY_INTEGER),
        _annotated(int, metadata),
    )


def _number(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    precision = getattr(column_type, "precision", None) or _DOUBLE_PRECISION
    if not isinstance(column_type, Float) or precision < _DOUBLE_PRECISION or isinstance(column_type, REAL):
        raise UnsupportedTypeError("a float needs double precision: use sa_type=Double, or none at all")
    metadata = _with_bounds(metadata, Field(ge=-MAX_FLOAT), Field(le=MAX_FLOAT))
    return FieldTypes(
        _annotated(float, metadata, JSON_NUMBER),
        _annotated(float, metadata, QUERY_NUMBER),
        _annotated(float, metadata),
    )


def _with_bounds(metadata: Metadata, minimum: FieldInfo, maximum: FieldInfo) -> Metadata:
    """Add the bounds of the column's type where the field has none; check those that it has."""
    lower, upper = _bounds(metadata, "ge", "gt"), _bounds(metadata, "le", "lt")
    (floor,), (ceiling,) = _bounds(minimum.metadata, "ge"), _bounds(maximum.metadata, "le", "lt")
    for bound in (*lower, *upper):
        if not floor <= bound <= ceiling or float(bound) != bound:
            raise UnsupportedTypeError(
                f"the bound {bound} is beyond the column's type: change it, or set sa_type"
            )
    return [*metadata, *([] if lower else [minimum]), *([] if upper else [maximum])]


def _bounds(metadata: Metadata, *names: str) -> list[Any]:
    bounds = (getattr(each, name, None) for each in metadata for name in names)
    return [bound for bound in bounds if bound is not None]


def _decimal(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    if not isinstance(column_type, Numeric) or column_type.precision is None or column_type.scale is None:
        raise UnsupportedTypeError("a Decimal needs its size: set max_digits and decimal_places")
    if _bounds(metadata, "gt", "le", "lt", "multiple_of") or _bounds(metadata, "ge") not in ([], [0]):
        raise UnsupportedTypeError("a Decimal is a string with a pattern, which has no bound except ge=0")
    if column_type.precision < column_type.scale:
        raise UnsupportedTypeError("max_digits includes the decimal_places: make it larger")
    sign, places = not _bounds(metadata, "ge"), column_type.scale
    digits = column_type.precision - places
    pattern = decimal_pattern(digits, places, sign=sign, exact=False)
    response_pattern = decimal_pattern(digits, places, sign=sign, exact=True)
    request = Annotated[Decimal, decimal_reader(pattern, places), decimal_schema(pattern, digits, places)]
    response = Annotated[
        Decimal,
        PlainSerializer("{:f}".format, return_type=str),
        decimal_schema(response_pattern, digits, places),
    ]
    return FieldTypes(request, request, response)


def _enum(python_type: type[Enum], metadata: Metadata) -> FieldTypes:
    if not all(isinstance(member.value, str) for member in python_type):
        raise UnsupportedTypeError(f"the values of {python_type.__name__} are not all strings: use a StrEnum")
    return FieldTypes(python_type, python_type, _annotated(python_type, metadata))


def _json(python_type: Any, metadata: Metadata) -> FieldTypes:
    """Return the types of JSON with any values, or of values of one type (`list[str]`, `dict[str, int]`)."""
    arguments = [each for each in get_args(python_type) if each is not Any]
    container = get_origin(python_type) or python_type
    if python_type == dict[str, Any] or not arguments:
        body: Any = JsonArray if container is list else JsonObject
        response: Any = python_type
    elif arguments[-1] not in _VALUE_TYPES or arguments[:-1] not in ([], [str]):
        raise _unsupported(python_type)
    else:
        value = _VALUE_TYPES[arguments[-1]]
        of: Any = object_of if container is dict else lambda each: GenericAlias(list, (each,))
        body, response = of(value.body), of(value.response)
    if container is list and not _bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_ARRAY_LENGTH)]
    return FieldTypes(_annotated(body, metadata), None, _annotated(response, metadata))


_FACTORIES: dict[type, Callable[[Metadata, TypeEngine[Any]], FieldTypes]] = {
    bool: lambda metadata, _type: FieldTypes(StrictBool, QueryBool, _annotated(bool, metadata)),
    str: _text,
    int: _integer,
    float: _number,
    Decimal: _decimal,
    date: _same(RequestDate, ResponseDate),
    datetime: _same(RequestDateTime, ResponseDateTime),
    UUID: _same(CanonicalUUID, CanonicalUUID),
}
_VALUE_TYPES: dict[type, FieldTypes] = {
    bool: FieldTypes(StrictBool, QueryBool, bool),
    str: _text([], String()),
    int: _integer([], BigInteger()),
    float: _number([Field(ge=-NUMBER_BOUND), Field(lt=NUMBER_BOUND)], Double()),
}
"""The types of values in typed JSON."""
