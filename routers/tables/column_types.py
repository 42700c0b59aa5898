"""The column types of fields for which SQLModel has none, or none that migrates well."""

import dataclasses
from enum import Enum
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel
from sqlmodel.main import FieldInfoMetadata, get_sqlalchemy_type

from routers.schemas.field_types import split_optional


def set_column_types(model: type[SQLModel]) -> None:
    """Set the column types of enum and JSON fields."""
    for field in model.model_fields.values():
        metadata = column_metadata(field)
        if metadata.sa_type is not PydanticUndefined or metadata.sa_column is not PydanticUndefined:
            continue
        if (own_type := _own_type(field)) is not None:
            replace_column_metadata(field, dataclasses.replace(metadata, sa_type=own_type))


def type_of(field: FieldInfo) -> Any:
    """Return the column type of a field, of any schema."""
    return _own_type(field) or get_sqlalchemy_type(field)


def _own_type(field: FieldInfo) -> Any:
    """Return the type of a field for which SQLModel's is not used; else None."""
    python_type, _ = split_optional(field.annotation)
    if isinstance(python_type, type) and issubclass(python_type, Enum):
        return _enum_type(python_type)
    if (get_origin(python_type) or python_type) in {dict, list}:
        return JSONB(none_as_null=True)
    return None


def _enum_type(python_type: type[Enum]) -> EnumType:
    values = [member.value for member in python_type]
    # As varchar: an enum type of its own would survive the downgrade of its migration.
    return EnumType(
        python_type,
        values_callable=lambda _type: values,
        native_enum=False,
        length=max(len(str(value)) for value in values),
    )


def column_metadata(field: FieldInfo) -> FieldInfoMetadata:
    """Return what SQLModel keeps about the column of a field."""
    found = (each for each in field.metadata if isinstance(each, FieldInfoMetadata))
    return next(found, FieldInfoMetadata())


def replace_column_metadata(field: FieldInfo, metadata: FieldInfoMetadata) -> None:
    """Replace what SQLModel keeps about the column of a field."""
    # A new list: the schema from which the field is inherited keeps its own.
    others = [each for each in field.metadata if not isinstance(each, FieldInfoMetadata)]
    field.metadata = [*others, metadata]
