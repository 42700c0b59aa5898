"""The exact types of a column's field: in bodies, in queries and in responses."""

from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Lt
from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import BigInteger, Boolean, ColumnElement, Double, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from routers.schemas.choices import is_choice, type_name
from routers.schemas.exact_columns import column_error
from routers.schemas.field_formats import MAX_ARRAY_LENGTH
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
from routers.schemas.json_types import NUMBER_BOUND, JsonArray, JsonObject, object_of
from routers.schemas.number_texts import AsString, Int64String
from routers.schemas.scalar_types import is_scalar, scalar_types, unsupported


def field_types(field: FieldInfo, column: ColumnElement[Any]) -> FieldTypes:
    """Return the exact types of a schema's field, which stands for this column.

    Raises:
        UnsupportedTypeError: the type has no exact format, or its bounds cannot be documented.
    """
    python_type, _ = split_optional(field.annotation)
    metadata = without_column(field.metadata)
    if is_int64_string(field):
        metadata = [*metadata, AsString()]
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
            return int if others[0] == Int64String else others[0], True
    return annotation, False


def is_int64_string(field: FieldInfo) -> bool:
    """Check whether a field is declared as an `Int64String`, with null or without."""
    return bool(bounds(field.metadata, "as_string")) or Int64String in get_args(field.annotation)


def database_type(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """Return the type of a column below SQLAlchemy's type decorators."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def patch_type(field: FieldInfo, column: ColumnElement[Any]) -> Any:
    """Return the exact type of a field in a merge patch, in which null removes a member of an object."""
    python_type, _ = split_optional(field.annotation)
    types = field_types(field, column)
    if not is_object(python_type):
        return types.body
    # Bounds of the number of members apply to the result: the table checks them.
    value = value_types(python_type)
    return object_of(value.body | None) if value else JsonObject


def is_object(python_type: Any) -> bool:
    """Check whether a type is that of JSON objects, into which PATCH merges."""
    return (get_origin(python_type) or python_type) is dict


def value_types(container: Any) -> FieldTypes | None:
    """Return the types of the values in typed JSON (`list[str]`, `dict[str, int]`); None for any values.

    Raises:
        UnsupportedTypeError: the values have no exact format.
    """
    arguments = get_args(container)
    if not arguments or arguments in ((Any,), (str, Any)):
        return None
    python_type, metadata = split_value(container)
    if python_type not in _VALUE_COLUMNS or arguments[:-1] not in ((), (str,)):
        raise UnsupportedTypeError(
            f"the type {type_name(container)} is not supported: the values are bool, float, int or str; a "
            "plain list or dict[str, Any] has any JSON"
        )
    if not all(bounds([each], *_VALUE_BOUNDS) for each in metadata):
        raise UnsupportedTypeError(f"the values of {container} have more than bounds and a pattern: drop it")
    if python_type is float:
        lower = [] if bounds(metadata, "ge", "gt") else [Ge(-NUMBER_BOUND)]
        upper = [] if bounds(metadata, "le", "lt") else [Lt(NUMBER_BOUND)]
        metadata = [*metadata, *lower, *upper]
    return scalar_types(python_type, metadata, _VALUE_COLUMNS[python_type])


def split_value(container: Any) -> tuple[Any, Metadata]:
    """Split the type of the values in typed JSON into the type and its bounds."""
    annotation = get_args(container)[-1]
    if get_origin(annotation) is not Annotated:
        return annotation, []
    python_type, *annotations = get_args(annotation)
    own = [each.metadata if isinstance(each, FieldInfo) else [each] for each in annotations]
    return python_type, without_column([part for parts in own for part in parts])


def _json(python_type: Any, metadata: Metadata) -> FieldTypes:
    """Return the types of JSON with any values, or of values of one type."""
    check_bounds("JSON", LENGTHS, metadata)
    container = get_origin(python_type) or python_type
    value = value_types(python_type)
    if value is None:
        body: Any = JsonArray if container is list else JsonObject
        response: Any = python_type
    else:
        of: Any = object_of if container is dict else lambda each: GenericAlias(list, (each,))
        body, response = of(value.body), of(value.response)
    if container is list and not bounds(metadata, "max_length"):
        metadata = [*metadata, Field(max_length=MAX_ARRAY_LENGTH)]
    check_lengths(metadata)
    return FieldTypes(annotated(body, *metadata), None, annotated(response, *metadata))


_VALUE_COLUMNS: dict[type, TypeEngine[Any]] = {
    bool: Boolean(),
    str: String(),
    int: BigInteger(),
    float: Double(),
}
"""The types of values in typed JSON, with columns that have the same bounds."""

_VALUE_BOUNDS = (*RANGE, "multiple_of", *LENGTHS, "pattern")
