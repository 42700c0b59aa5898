"""Validate what the schemas of a declaration say besides the names and the types of their members."""

from collections.abc import Iterator
from inspect import get_annotations
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import inspect
from sqlmodel import SQLModel

from routers.resource.declaration import Declaration
from routers.schemas.settings import (
    overridden_hooks,
    serialized_fields,
    unsupported_attributes,
    unsupported_computed_field,
    unsupported_config,
    unsupported_decorators,
    unsupported_metadata,
    untyped_serializers,
)
from routers.tables.column_types import column_metadata

_BOUND = "use a bound, a pattern or a CHECK"
_PATTERN = "use a pattern that excludes other values"
_SERIALIZER = "use a field_serializer with a return type"

_ADVICE = {
    **dict.fromkeys(("alias", "validation_alias", "serialization_alias"), "give the member that name"),
    **dict.fromkeys(("exclude", "exclude_if"), "leave the member out of read"),
    **dict.fromkeys(("str_min_length", "str_max_length"), "set min_length and max_length of the members"),
    **dict.fromkeys(("str_strip_whitespace", "str_to_lower", "str_to_upper"), _PATTERN),
    **dict.fromkeys(("strip_whitespace", "to_lower", "to_upper"), _PATTERN),
    **dict.fromkeys(("json_encoders", "ser_json_temporal", "model serializers"), _SERIALIZER),
    **dict.fromkeys(("AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator"), _BOUND),
    **dict.fromkeys(("validators", "root validators", "field validators", "model validators"), _BOUND),
    "alias_generator": "give the members those names",
    "default_factory": "use a factory without arguments",
    "extra": "there are no other members than the declared ones, so drop it",
    "frozen": "list the member in write_once",
    "json_schema_extra": "use an argument of Field, or a dict of annotations such as x-unit",
    "pattern": "write the pattern as a string",
    "regex": "write schema_extra={'pattern': ...}",
    "strict": "requests are always strict, so drop it",
    "validate_default": "defaults are validated at import, so drop it",
}
"""What to do instead of a setting; by default, drop it."""


def setting_errors(declaration: Declaration[Any]) -> Iterator[str]:
    """Yield the settings of the schemas and of the table that cannot be served."""
    schemas = {"create": declaration.create, "read": declaration.read, "the table": declaration.model}
    for role, schema in schemas.items():
        yield from _config_errors(role, schema)
        yield from _member_errors(role, schema)
    for role in ("create", "read"):
        yield from _class_errors(role, schemas[role])
        yield from _column_errors(role, schemas[role], declaration.model)
    for role in ("create", "the table"):
        yield from _response_errors(role, schemas[role], declaration.read)
    for name in untyped_serializers(declaration.read):
        yield f"read has the serializer {name}, which does not say what it returns: give it a return type."
    if names := inspect(declaration.model).validators:
        yield f"the table has ORM validators of {', '.join(names)}, which are not supported: {_BOUND}."


def _config_errors(role: str, schema: type[SQLModel]) -> Iterator[str]:
    for key in unsupported_config(schema):
        yield f"{role} sets {key} in model_config, which is not supported: {_advice(key)}."
    for kind in unsupported_decorators(schema):
        yield f"{role} has {kind}, which are not supported: {_advice(kind)}."


def _member_errors(role: str, schema: type[SQLModel]) -> Iterator[str]:
    for name, field in schema.model_fields.items():
        for setting in (*unsupported_attributes(field), *unsupported_metadata(field)):
            yield f"{role} sets {setting} for {name}, which is not supported: {_advice(setting)}."
    for name, computed in schema.model_computed_fields.items():
        for setting in unsupported_computed_field(computed):
            yield f"{role} sets {setting} for {name}, which is not supported: {_advice(setting)}."


def _class_errors(role: str, schema: type[SQLModel]) -> Iterator[str]:
    """Yield what a schema takes over from Pydantic; nothing of ours calls such methods of a table."""
    if schema.__private_attributes__:
        yield f"{role} has private attributes, which are not supported: use a property or a computed_field."
    for name in overridden_hooks(schema):
        yield f"{role} overrides {name}, which is not supported: use a computed_field or a field_serializer."
    if getattr(schema, "__deprecated__", None):
        yield f"{role} is a deprecated class, which is not supported: deprecate its members."


def _response_errors(role: str, schema: type[SQLModel], read: type[SQLModel]) -> Iterator[str]:
    """Yield what is meant for responses, but which the response schema does not have."""
    declared, shown = schema.__pydantic_decorators__, read.__pydantic_decorators__
    names = {*declared.field_serializers, *declared.computed_fields}
    missing = names.difference(shown.field_serializers, shown.computed_fields)
    missing.update(set(serialized_fields(schema)).difference(serialized_fields(read)) & {*read.model_fields})
    for name in sorted(missing):
        yield f"{role} has a serializer or computed field {name}, which read lacks: declare it in read."


def _column_errors(role: str, schema: type[SQLModel], model: type[SQLModel]) -> Iterator[str]:
    """Yield the members with settings of a column that the table does not inherit."""
    for name, field in schema.model_fields.items():
        settings = vars(column_metadata(field)).values()
        is_column = any(value is not PydanticUndefined for value in settings)
        if is_column and _declaring_class(schema, name) is not _declaring_class(model, name):
            yield f"{role} has settings of the column {name}, which the table lacks: move them to the table."


def _declaring_class(schema: type[SQLModel], name: str) -> type | None:
    return next((each for each in schema.__mro__ if name in get_annotations(each)), None)


def _advice(setting: str) -> str:
    return _ADVICE.get(setting.rpartition(" in ")[2], "drop it")
