"""The column types of fields for which SQLModel has none, or none that migrates well."""

import dataclasses
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import BigInteger, Column, Integer, String
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine, to_instance
from sqlmodel import SQLModel
from sqlmodel.main import FieldInfoMetadata, get_sqlalchemy_type

from routers.schemas.choices import are_integers, choices, choices_error, is_choice, is_enum
from routers.schemas.field_metadata import UnsupportedTypeError
from routers.schemas.field_types import is_int64_string, is_json, split_optional
from routers.schemas.integer_enums import BigIntegerEnum, IntegerEnum
from routers.tables.dialect import DIALECT
from routers.tables.open_enums import OpenEnum
from routers.tables.table_error import TableError


def set_column_types(model: type[SQLModel]) -> None:
    """Set the column types of fields with a choice of values and of JSON fields.

    Raises:
        TableError: a field has no column type.
    """
    for name, field in model.model_fields.items():
        try:
            _set_column_type(field)
        except UnsupportedTypeError as error:
            raise TableError(f"{model.__name__}.{name}: {error}.") from error
        except (TypeError, ValueError, AttributeError, SQLAlchemyError) as error:
            raise TableError(
                f"{model.__name__}.{name} has no column type ({error}): change its type, or set sa_type."
            ) from error


def _set_column_type(field: FieldInfo) -> None:
    metadata, own_type = column_metadata(field), _own_type(field)
    column, declared = metadata.sa_column, metadata.sa_type
    if isinstance(column, Column):
        if column.table is not None:
            raise UnsupportedTypeError("its Column is in another table: use sa_type and sa_column_kwargs")
        column.type = _exact_type(own_type, column.type)
    elif column is not PydanticUndefined:
        raise UnsupportedTypeError("its sa_column is no Column: write sa_column=Column(...)")
    elif own_type is None:
        if not isinstance(to_instance(get_sqlalchemy_type(field)), TypeEngine):
            raise UnsupportedTypeError("its sa_type is no type of SQLAlchemy: use one, or leave it out")
    else:
        column_type = own_type if declared is PydanticUndefined else _exact_type(own_type, declared)
        replace_column_metadata(field, dataclasses.replace(metadata, sa_type=column_type))


def _exact_type(own_type: Any, declared: Any) -> Any:
    """Return the type of a column whose type the author declares."""
    if isinstance(own_type, JSONB) and _is_jsonb(declared):
        return own_type
    # `with_variant` sets `_variant_mapping`.
    is_plain = type(declared) is EnumType and "_variant_mapping" not in vars(declared)
    return declared.adapt(OpenEnum) if is_plain and not declared.native_enum else declared


def _is_jsonb(column_type: Any) -> bool:
    """Check whether a type is `jsonb` in PostgreSQL, also as a variant of another type.

    A `JSONB()` would write null as JSON's null, which is not SQL's.
    """
    instance: Any = to_instance(column_type)
    return isinstance(instance, TypeEngine) and isinstance(instance.dialect_impl(DIALECT), JSONB)


def type_of(field: FieldInfo) -> Any:
    """Return the column type of a field, of any schema."""
    return _own_type(field) or get_sqlalchemy_type(field)


def _own_type(field: FieldInfo) -> Any:
    """Return the type of a field for which SQLModel's is not used; else None."""
    python_type, _ = split_optional(field.annotation)
    if is_choice(python_type):
        return _choice_type(python_type)
    if isinstance(python_type, type) and issubclass(python_type, BaseModel):
        raise UnsupportedTypeError(
            f"{python_type.__name__} is a model, which no column can store: declare dict[str, Any], or a "
            "resource of its own that refers to this one"
        )
    if is_json(python_type):
        return JSONB(none_as_null=True)
    return BigInteger() if is_int64_string(field) else None


def _choice_type(python_type: Any) -> Any:
    if error := choices_error(python_type):
        raise UnsupportedTypeError(error)
    values = choices(python_type)
    if are_integers(values):
        is_big = not all(-_INTEGER_LIMIT <= value < _INTEGER_LIMIT for value in values)
        if is_enum(python_type):
            return BigIntegerEnum(python_type) if is_big else IntegerEnum(python_type)
        return BigInteger() if is_big else Integer()
    length = max(1, *map(len, values))
    if not is_enum(python_type):
        return String(length)
    # As varchar: an enum type of its own would survive the downgrade of its migration.
    return OpenEnum(python_type, values_callable=lambda _type: values, native_enum=False, length=length)


_INTEGER_LIMIT = 2**31


def column_metadata(field: FieldInfo) -> FieldInfoMetadata:
    """Return what SQLModel keeps about the column of a field."""
    found = (each for each in field.metadata if isinstance(each, FieldInfoMetadata))
    return next(found, FieldInfoMetadata())


def replace_column_metadata(field: FieldInfo, metadata: FieldInfoMetadata) -> None:
    """Replace what SQLModel keeps about the column of a field."""
    # A new list: the schema from which the field is inherited keeps its own.
    others = [each for each in field.metadata if not isinstance(each, FieldInfoMetadata)]
    field.metadata = [*others, metadata]
