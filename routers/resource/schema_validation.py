"""Validate that the schemas of a declaration match its table."""

import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import BigInteger, Index, String, Table
from sqlmodel import SQLModel

from routers.queries.derived_members import Columns, can_be_null
from routers.resource.bound_validation import bound_errors
from routers.resource.declaration import Declaration
from routers.resource.setting_validation import setting_errors
from routers.schemas.choices import choices
from routers.schemas.field_metadata import UnsupportedTypeError
from routers.schemas.field_types import database_type, field_types, is_int64_string, split_optional
from routers.schemas.number_types import integer_range
from routers.tables.constraints import is_generated
from routers.tables.row_constraints import columns_in, is_plain, keys_of, uniques
from routers.tables.rows import MAX_OWNER_LENGTH

_MAX_INDEX_BYTES = 2600
"""Maximum size of the texts in an index entry; PostgreSQL allows 2,704 bytes with the other columns."""

_CHARACTER_BYTES = 4
"""Maximum size of a character in UTF-8. The owner is ASCII: one byte each."""

_MAX_EXACT = 2**53 - 1
"""The highest integer up to which JavaScript and other clients have all integers."""


class PrecisionWarning(UserWarning):
    """A member has integers that clients such as JavaScript round."""


def warn_of_rounding(declaration: Declaration[Any]) -> None:
    """Warn of integers beyond 2**53 - 1 that JSON does not have as strings."""
    for name, field in declaration.read.model_fields.items():
        is_big = isinstance(database_type(declaration.columns[name]), BigInteger)
        if is_big and not is_int64_string(field):
            values = choices(split_optional(field.annotation)[0]) or integer_range(field.metadata, 63)
            if min(values) < -_MAX_EXACT or max(values) > _MAX_EXACT:
                message = f"{declaration.model.__name__}.{name} allows integers beyond 2**53 - 1, which many "
                message += "clients round: declare it as an Int64String, or bound it by ge and le."
                warnings.warn(message, PrecisionWarning, stacklevel=4)


def schema_errors(declaration: Declaration[Any]) -> Iterator[str]:
    """Yield the differences between the schemas and the table."""
    table = declaration.table
    key = ["id"] if declaration.public else ["owner_id", "id"]
    if [column.name for column in table.primary_key] != key:
        yield f"its primary key is not {' and '.join(key)}: drop primary_key from the other fields."
    schemas = {"create": declaration.create, "read": declaration.read}
    for role, schema in schemas.items():
        yield from _type_errors(role, schema, declaration.model)
    yield from setting_errors(declaration)
    for role, schema in schemas.items():
        yield from _format_errors(role, schema, declaration.columns)
    for name, field in declaration.create.model_fields.items():
        yield from _null_errors(name, field, table)
        yield from _default_errors(name, field)
        if is_generated(table.c[name]):
            yield f"create has {name}, which PostgreSQL generates: drop it from create."
        if name in declaration.write_once and field.default_factory:
            yield f"{name} is in write_once, so it cannot have a default_factory: use default, or none."
    for name, field in declaration.read.model_fields.items():
        if can_be_null(declaration.columns[name]) and not split_optional(field.annotation)[1]:
            yield f"{name} can be null in the table but not in read: declare both alike."
    yield from bound_errors(declaration)
    yield from _index_errors(table)


def _type_errors(role: str, schema: type[SQLModel], model: type[SQLModel]) -> Iterator[str]:
    for name, field in schema.model_fields.items():
        column = model.model_fields.get(name, field)  # a derived member has none
        if _type_of(field) != _type_of(column):
            yield f"{role} and the table have different types for {name}: declare it once, in a schema."


def _type_of(field: FieldInfo) -> tuple[type, bool]:
    return split_optional(field.annotation)[0], is_int64_string(field)


def _format_errors(role: str, schema: type[SQLModel], columns: Columns) -> Iterator[str]:
    for name, field in schema.model_fields.items():
        try:
            field_types(field, columns[name])
        except UnsupportedTypeError as error:
            yield f"{role} cannot have {name}: {error}."


def _null_errors(name: str, field: FieldInfo, table: Table) -> Iterator[str]:
    if split_optional(field.annotation)[1] and not table.c[name].nullable:
        yield f"{name} can be null in create but not in the table: declare both alike."


def _default_errors(name: str, field: FieldInfo) -> Iterator[str]:
    if field.is_required():
        return
    annotation: Any = Annotated[(field.annotation, *field.metadata, Field())]
    try:
        default = field.get_default(call_default_factory=True)
        TypeAdapter(annotation).validate_python(default, strict=True)
    except (ValidationError, TypeError, ValueError):
        yield f"the default of {name} is not a valid value of {name}: correct it."
    else:
        if isinstance(default, datetime) and default.tzinfo is None:
            yield f"the default of {name} has no time zone: use datetime.now(UTC)."


def _index_errors(table: Table) -> Iterator[str]:
    indexes = [*table.indexes, *(each for each in uniques(table) if not isinstance(each, Index))]
    for index in indexes:
        # Other expressions may be shorter than their columns.
        keys = [key for key, _ in keys_of(index) if is_plain(key)]
        columns = {column.name: column for column in columns_in(table, *keys)}
        texts = [
            column
            for name, column in columns.items()
            if isinstance(database_type(column), String) and name != "owner_id"
        ]
        lengths = [getattr(database_type(column), "length", None) for column in texts]
        owner_bytes = MAX_OWNER_LENGTH if "owner_id" in columns else 0
        maximum = (_MAX_INDEX_BYTES - owner_bytes) // _CHARACTER_BYTES
        if None in lengths or sum(filter(None, lengths)) > maximum:
            names = ", ".join(column.name for column in texts)
            yield f"an index allows {maximum} characters: set a smaller max_length for {names}."
