"""The settings of Pydantic and SQLModel, by what becomes of them.

A setting is served exactly, or it cannot show in requests, responses and documents. All others are not
supported, unknown ones of later versions included.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any

from annotated_types import GroupedMetadata
from pydantic import BaseModel, PlainSerializer, StringConstraints, WrapSerializer
from pydantic.fields import ComputedFieldInfo, FieldInfo
from sqlmodel import Field, SQLModel

from routers.schemas.field_metadata import BOUNDS

DOCUMENTED = ("title", "model_title_generator", "json_schema_extra")
"""The keys of `model_config` that the document follows."""

_INTERNAL = frozenset(
    {"field_title_generator", "use_attribute_docstrings"}  # a part of the fields already
    | {"table", "registry", "read_from_attributes", "read_with_orm_mode"}  # of SQLModel
    # These apply to instances in Python only.
    | {"arbitrary_types_allowed", "cache_strings", "defer_build", "from_attributes", "frozen"}
    | {"hide_input_in_errors", "ignored_types", "protected_namespaces", "revalidate_instances"}
    | {"validate_assignment", "validation_error_cause"}
    # There are no aliases, and all members of a response are required.
    | {"loc_by_alias", "populate_by_name", "serialize_by_alias", "validate_by_alias", "validate_by_name"}
    | {"json_schema_serialization_defaults_required"}
)
"""The keys of `model_config` that cannot show in a format."""

_AS_SERVED = {"extra": "forbid", "strict": True, "allow_inf_nan": False}
"""Settings that may only say what holds anyway."""

_FIELD = frozenset(
    {"default", "default_factory", "deprecated", "description", "examples", "field_title_generator"}
    | {"json_schema_extra", "repr", "title"}
    | {"alias_priority"}  # of an alias, which is not supported
)
"""The attributes of a field that are served, or cannot show in a format."""

_COMPUTED_FIELD = _FIELD | {"return_type", "wrapped_property"}

_CONSTRAINTS = {*FieldInfo.metadata_lookup, *(each.name for each in fields(StringConstraints))}

_SERIALIZERS = (PlainSerializer, WrapSerializer)

_DECORATORS = frozenset({"field_serializers", "computed_fields"})

_ANNOTATIONS = frozenset({"$comment", "deprecated", "description", "examples", "externalDocs", "title"})
"""The keywords of a JSON Schema that admit and exclude no value, besides those that begin with `x-`."""

_HOOKS = [
    name
    for name in dir(SQLModel)
    if (name == "__init__" or name.startswith(("model_", "__get_pydantic_")))
    and callable(getattr(SQLModel, name))
]
"""The methods that Pydantic calls, or that stand for its validation and serialization."""

_keywords = attrgetter("_attributes_set")
"""The arguments of `Field`, unknown ones included; Pydantic has no public name for them."""

_PLAIN_FIELD = FieldInfo()
_PLAIN_KEYWORDS = _keywords(Field())


def unsupported_config(schema: type[BaseModel]) -> Iterator[str]:
    """Yield the keys of `model_config` that are not supported."""
    for key, value in schema.model_config.items():
        if key == "json_schema_extra":
            yield from _unsupported_extra(value)
        elif key not in _INTERNAL and key not in DOCUMENTED and _AS_SERVED.get(key) != value:
            yield key


def unsupported_attributes(field: FieldInfo) -> Iterator[str]:
    """Yield the arguments of `Field` that are not supported, besides bounds."""
    attributes = field.asdict()["attributes"]
    for name, value in attributes.items():
        if name not in _FIELD and value is not getattr(_PLAIN_FIELD, name):
            yield name
    for name, value in _keywords(field).items():
        if name not in {"annotation", *attributes} and value != _PLAIN_KEYWORDS.get(name):
            yield name
    if field.default_factory_takes_validated_data:
        yield "default_factory"
    yield from _unsupported_extra(field.json_schema_extra)


def unsupported_metadata(field: FieldInfo) -> Iterator[str]:
    """Yield the bounds and annotations of a field that are not supported."""
    for metadata in _parts(field):
        if isinstance(metadata, _SERIALIZERS):
            continue
        settings = _settings(metadata)
        if not settings or settings.keys() - _CONSTRAINTS:
            yield _name(metadata)
            continue
        for name, value in settings.items():
            if name not in BOUNDS and _AS_SERVED.get(name) != value:
                yield name
        if not isinstance(settings.get("pattern", ""), str):
            yield "pattern"


def unsupported_computed_field(info: ComputedFieldInfo) -> Iterator[str]:
    """Yield the arguments of `computed_field` that are not supported."""
    for each in fields(info):
        if each.name not in _COMPUTED_FIELD and getattr(info, each.name) is not None:
            yield each.name
    yield from _unsupported_extra(info.json_schema_extra)


def unsupported_decorators(schema: type[BaseModel]) -> Iterator[str]:
    """Yield the kinds of decorators that are not supported: validators, for example."""
    decorators = schema.__pydantic_decorators__
    for kind in fields(decorators):
        if kind.name not in _DECORATORS and getattr(decorators, kind.name):
            yield kind.name.replace("_", " ")


def overridden_hooks(schema: type[BaseModel]) -> Iterator[str]:
    """Yield the methods that the schema has instead of Pydantic's."""
    for name in _HOOKS:
        if _function(schema, name) is not _function(SQLModel, name):
            yield name


def bounds_of(field: FieldInfo) -> dict[str, Any]:
    """Return the bounds of a field by name."""
    return {
        name: value
        for metadata in _parts(field)
        for name, value in _settings(metadata).items()
        if name in BOUNDS
    }


def serialized_fields(schema: type[BaseModel]) -> Iterator[str]:
    """Yield the fields whose annotation has a serializer."""
    for name, field in schema.model_fields.items():
        if any(isinstance(each, _SERIALIZERS) for each in field.metadata):
            yield name


def untyped_serializers(schema: type[BaseModel]) -> Iterator[str]:
    """Yield the serializers of a schema that do not say what they return."""
    schema.model_rebuild(force=True)  # with `defer_build`, there is no core schema before
    yield from _untyped(schema.__pydantic_core_schema__)


def _untyped(core_schema: Any) -> Iterator[str]:
    if isinstance(core_schema, dict):
        serialization = core_schema.get("serialization") or {}
        if "function" in serialization and serialization.get("return_schema", _ANY) == _ANY:
            yield getattr(serialization["function"], "__name__", _name(serialization["function"]))
        for part in core_schema.values():
            yield from _untyped(part)
    elif isinstance(core_schema, list | tuple):
        for part in core_schema:
            yield from _untyped(part)


_ANY = {"type": "any"}


def _unsupported_extra(extra: Any) -> Iterator[str]:
    if callable(extra):
        yield "json_schema_extra"
    else:
        yield from (
            f"{name} in json_schema_extra"
            for name in extra or ()
            if name not in _ANNOTATIONS and not name.startswith("x-")
        )


def _parts(field: FieldInfo) -> Iterator[Any]:
    for metadata in field.metadata:
        if type(metadata).__module__.partition(".")[0] in {"sqlmodel", "routers"}:
            continue  # what they keep about the column
        yield from metadata if isinstance(metadata, GroupedMetadata) else [metadata]


def _settings(metadata: Any) -> Mapping[str, Any]:
    """Return what an annotation says; Pydantic's own metadata are no dataclasses."""
    is_data = is_dataclass(metadata)
    names = [each.name for each in fields(metadata)] if is_data else getattr(metadata, "__dict__", ())
    return {name: value for name in names if (value := getattr(metadata, name)) is not None}


def _name(metadata: Any) -> str:
    return type(metadata).__name__


def _function(schema: type[BaseModel], name: str) -> Any:
    method = getattr(schema, name)
    return getattr(method, "__func__", method)
