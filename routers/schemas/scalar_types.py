"""The exact types of single values: numbers, texts, dates, identifiers."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_origin
from uuid import UUID

from pydantic import Field, StrictBool, StrictStr
from sqlalchemy.types import TypeEngine

from routers.schemas.choices import are_integers, choices, choices_error, is_choice, is_enum, type_name
from routers.schemas.field_formats import (
    JSON_INTEGER,
    MAX_TEXT_LENGTH,
    QUERY_INTEGER,
    TEXT,
    QueryBool,
    RequestDate,
    RequestDateTime,
    RequestUUID,
    ResponseDate,
    ResponseDateTime,
    ResponseUUID,
)
from routers.schemas.field_metadata import (
    LENGTHS,
    RANGE,
    FieldTypes,
    Metadata,
    UnsupportedTypeError,
    annotated,
    bounds,
    check_bounds,
    check_lengths,
)
from routers.schemas.number_types import decimal, integer, number
from routers.schemas.patterns import PATTERN_RULES, is_portable_pattern


def scalar_types(python_type: Any, metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    """Return the exact types of values that a column of this type can store.

    Raises:
        UnsupportedTypeError: the type has no exact format, or its bounds cannot be documented.
    """
    if is_choice(python_type):
        check_bounds("an enum or a Literal", (), metadata)
        return _choice(python_type, metadata)
    known, types = _FACTORIES[python_type]
    check_bounds(f"the type {python_type.__name__}", known, metadata)
    return types(metadata, column_type)


def is_scalar(python_type: Any) -> bool:
    """Check whether `scalar_types` knows a type."""
    return isinstance(python_type, type) and (python_type in _FACTORIES or is_enum(python_type))


def unsupported(python_type: Any) -> UnsupportedTypeError:
    """Return the error for a type that has no exact format."""
    known = ", ".join(sorted([*(each.__name__ for each in _FACTORIES), "Enum", "Literal", "dict", "list"]))
    if get_origin(python_type) is Annotated:
        return UnsupportedTypeError("Annotated is a part of its type: write Annotated[str | None, ...]")
    return UnsupportedTypeError(f"the type {type_name(python_type)} is not supported; use one of {known}")


def _same(request: Any, response: Any) -> Callable[[Metadata, TypeEngine[Any]], FieldTypes]:
    def types(metadata: Metadata, _type: TypeEngine[Any]) -> FieldTypes:
        return FieldTypes(request, request, annotated(response, *metadata))

    return types


def _text(metadata: Metadata, _type: TypeEngine[Any]) -> FieldTypes:
    for pattern in bounds(metadata, "pattern"):
        if not is_portable_pattern(pattern):
            raise UnsupportedTypeError(f"engines read the pattern {pattern} differently: {PATTERN_RULES}")
    if not bounds(metadata, "pattern"):
        metadata = [*metadata, Field(pattern=TEXT)]
    if not bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_TEXT_LENGTH)]
    check_lengths(metadata)
    plain = annotated(str, *metadata)
    return FieldTypes(annotated(StrictStr, *metadata), plain, plain)


def _choice(python_type: Any, metadata: Metadata) -> FieldTypes:
    if error := choices_error(python_type):
        raise UnsupportedTypeError(error)
    response = annotated(python_type, *metadata)
    if are_integers(choices(python_type)):
        # To Python, but not in JSON, `1` equals `true`.
        return FieldTypes(
            annotated(python_type, JSON_INTEGER), annotated(python_type, QUERY_INTEGER), response
        )
    return FieldTypes(python_type, python_type, response)


_FACTORIES: dict[type, tuple[tuple[str, ...], Callable[[Metadata, TypeEngine[Any]], FieldTypes]]] = {
    bool: ((), lambda metadata, _type: FieldTypes(StrictBool, QueryBool, annotated(bool, *metadata))),
    str: ((*LENGTHS, "pattern"), _text),
    int: ((*RANGE, "multiple_of"), integer),
    float: (RANGE, number),
    Decimal: ((*RANGE, "multiple_of", "max_digits", "decimal_places"), decimal),
    date: ((), _same(RequestDate, ResponseDate)),
    datetime: ((), _same(RequestDateTime, ResponseDateTime)),
    UUID: ((), _same(RequestUUID, ResponseUUID)),
}
"""The bounds of each type, and a function that returns its exact types."""
