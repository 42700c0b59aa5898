"""The exact types of a column's field: in bodies, in queries and in responses."""

from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import Field, StrictBool
from pydantic.fields import FieldInfo
from sqlalchemy import BigInteger, ColumnElement, Double, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from routers.schemas.choices import is_choice
from routers.schemas.exact_columns import column_error
from routers.schemas.field_formats import MAX_ARRAY_LENGTH, QueryBool
from routers.schemas.field_metadata import (
    FieldTypes,
    Metadata,
    UnsupportedTypeError,
    annotated,
    bounds,
    check_bounds,
    check_lengths,
)
from routers.schemas.json_types import NUMBER_BOUND, JsonArray, JsonObject, object_of
from routers.schemas.scalar_types import is_scalar, scalar_types, unsupported


def field_types(field: FieldInfo, column: ColumnElement[Any]) -> FieldTypes:
    """Return the exact types of a schema's field, which stands for this column.

    Raises:
        UnsupportedTypeError: the type has no exact format, or its bounds cannot be documented.
    """
    python_type, _ = split_optional(field.annotation)
    metadata = without_column(field.metadata)
    if not is_known(python_type):
        raise unsupported(python_type)
    types = (
        _json(python_type, metadata)
        if is_json(python_type)
        else scalar_types(python_type, metadata, database_type(column))
    )
    is_of_sqlmodel = type(column.type).__module__.startswith("sqlmodel")
    if error := column_error(python_type, database_type(column) if is_of_sqlmodel else column.type):
        raise UnsupportedTypeError(error)
    return types


def is_known(python_type: Any) -> bool:
    """Check whether there is an exact format for values of a type."""
    return is_json(python_type) or is_choice(python_type) or is_scalar(python_type)


def is_json(python_type: Any) -> bool:
    """Check whether values of a type are JSON objects or arrays."""
    return (get_origin(python_type) or python_type) in {dict, list}


def without_column(metadata: Metadata) -> Metadata:
    """Return the metadata of a field without what SQLModel keeps about its column."""
    return [each for each in metadata if not type(each).__module__.startswith("sqlmodel")]


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


def _json(python_type: Any, metadata: Metadata) -> FieldTypes:
    """Return the types of JSON with any values, or of values of one type (`list[str]`, `dict[str, int]`)."""
    check_bounds("JSON", ("min_length", "max_length"), metadata)
    arguments = [each for each in get_args(python_type) if each is not Any]
    container = get_origin(python_type) or python_type
    if python_type == dict[str, Any] or not arguments:
        body: Any = JsonArray if container is list else JsonObject
        response: Any = python_type
    elif arguments[-1] not in _VALUE_TYPES or arguments[:-1] not in ([], [str]):
        raise unsupported(python_type)
    else:
        value = _VALUE_TYPES[arguments[-1]]
        of: Any = object_of if container is dict else lambda each: GenericAlias(list, (each,))
        body, response = of(value.body), of(value.response)
    if container is list and not bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_ARRAY_LENGTH)]
    check_lengths(metadata)
    return FieldTypes(annotated(body, *metadata), None, annotated(response, *metadata))


_VALUE_TYPES: dict[type, FieldTypes] = {
    bool: FieldTypes(StrictBool, QueryBool, bool),
    str: scalar_types(str, [], String()),
    int: scalar_types(int, [], BigInteger()),
    float: scalar_types(float, [Field(ge=-NUMBER_BOUND), Field(lt=NUMBER_BOUND)], Double()),
}
"""The types of values in typed JSON."""
