"""The names in an OpenAPI document, which clients turn into functions and types: each must be unique."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, get_args, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from routers.api.route_paths import is_documented
from routers.openapi.security_schemes import check_security_schemes
from routers.schemas.exact_types import types_in

Mode = Literal["validation", "serialization"]
"""Where a schema is used, as Pydantic calls it: in requests or in responses."""

Tag = dict[str, Any]

_RESERVED = {
    "Problem": "error responses",
    "Violation": "error responses",
    "JsonValue": "JSON members",
    "HTTPValidationError": "error responses of FastAPI",
    "ValidationError": "error responses of FastAPI",
}
"""The names of schemas that are not derived from declarations, with what they describe."""


def add_tag(tags: list[Tag], tag: Tag) -> list[Tag]:
    """Return the tags of a document with one more, unless it has this one already.

    Raises:
        TypeError: a different tag has this name.
    """
    for each in tags:
        if each != tag and _folded(each["name"]) == _folded(tag["name"]):
            raise TypeError(
                f"two routers have the tags {each['name']} and {tag['name']}, with different descriptions: "
                "set `plural` of a resource, or the `name` of a ScopedRouter."
            )
    return tags if tag in tags else [*tags, tag]


def check_names(contexts: Iterable[RouteContext]) -> None:
    """Check that no two operations, schemas or security schemes of a document have one name.

    Raises:
        TypeError: they have, or their names differ in case or punctuation only.
    """
    documented = [each for each in contexts if is_documented(each)]
    check_security_schemes(each.dependant for each in documented)
    _check_operations(documented)
    _check_schemas(documented)


def _folded(name: str) -> str:
    """Return what is left of a name in every client: each has its own case and punctuation."""
    return re.sub("[^a-z0-9]", "", name.lower())


def _check_operations(contexts: Iterable[RouteContext]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for context in contexts:
        name = context.operation_id or context.unique_id
        for operation in _operations(context):
            other, other_name = known.setdefault(_folded(name), (operation, name))
            if other != operation:
                raise TypeError(
                    f"{other} and {operation} have one operation id in clients, {_both(other_name, name)}: "
                    "set `singular`, `plural` or `operation_prefix` of a resource, or `operation_id` of a "
                    "custom route."
                )


def _operations(context: RouteContext) -> list[str]:
    return [f"{method} {context.path_format}" for method in sorted(context.methods or ())]


def _check_schemas(contexts: Iterable[RouteContext]) -> None:
    known = {_folded(name): (user, name) for name, user in _RESERVED.items()}
    members: dict[str, set[str]] = {}
    schemas: dict[tuple[str, Mode], Any] = dict.fromkeys(itertools.product(_RESERVED, get_args(Mode)))
    for context in contexts:
        operation = _operations(context)[0]
        for mode, schema in _schemas(context):
            name = re.sub("[^A-Za-z0-9._-]", "_", schema.__name__)  # as Pydantic writes it
            other, other_name = known.setdefault(_folded(name), (operation, name))
            same = schemas.setdefault((name, mode), schema)
            is_same = same is not None and (
                same is schema or _json_schema(same, mode) == _json_schema(schema, mode)
            )
            # FastAPI splits the schema of a request and a response, but it is still one thing.
            is_same &= members.setdefault(name, _member_names(schema)) == _member_names(schema)
            if other_name != name or not is_same:
                raise TypeError(
                    f"{other} and {operation} have different schemas of one name in clients, "
                    f"{_both(other_name, name)}: rename one or, if a resource derives it, set `singular` or "
                    "`operation_prefix` of the resource."
                )


def _both(name: str, other: str) -> str:
    return name if name == other else f"{name} and {other}"


@lru_cache(1024)
def _json_schema(schema: Any, mode: Mode) -> dict[str, Any]:
    return TypeAdapter(schema).json_schema(mode=mode)


def _schemas(context: RouteContext) -> Iterator[tuple[Mode, Any]]:
    """Yield the types that are components of the document, from the requests and responses of a route."""
    bodies = _types(context.body_field)
    responses = _types(context.response_field, *context.response_fields.values())
    for schema in _named([*bodies, *_parameter_types(context.dependant)]):
        yield "validation", schema
    for schema in _named(responses):
        yield "serialization", schema


def _types(*fields: Any) -> list[Any]:
    return [field.field_info.annotation for field in fields if field]


def _parameter_types(dependant: Dependant) -> Iterator[Any]:
    """Yield the types of parameters; a model of parameters is no component, but its members can be."""
    for field in (
        *dependant.path_params,
        *dependant.query_params,
        *dependant.header_params,
        *dependant.cookie_params,
    ):
        annotation = field.field_info.annotation
        yield from _members(annotation) or [annotation]
    for dependency in dependant.dependencies:
        yield from _parameter_types(dependency)


def _named(annotations: list[Any]) -> list[Any]:
    """Return the types in annotations that have a name in the document, in order, nested ones included."""
    found: dict[Any, None] = {}
    pending = list(annotations)
    while pending:
        for each in types_in(pending.pop()):
            if _is_named(each) and each not in found:
                found[each] = None
                pending += _members(each)
    return list(found)


def _member_names(schema: Any) -> set[str]:
    if not issubclass(schema, BaseModel):
        return set()
    return {*schema.model_fields, *schema.model_computed_fields}


def _is_named(python_type: Any) -> bool:
    """Check for a model, an enum, a dataclass or a `TypedDict`."""
    is_class = isinstance(python_type, type)
    return is_class and (issubclass(python_type, BaseModel | Enum) or _is_record(python_type))


def _is_record(python_type: Any) -> bool:
    return is_dataclass(python_type) or is_typeddict(python_type)


def _members(python_type: Any) -> list[Any]:
    """Return the types of the members of a model, a dataclass or a `TypedDict`."""
    if isinstance(python_type, type) and issubclass(python_type, BaseModel):
        computed = (field.return_type for field in python_type.model_computed_fields.values())
        return [*(field.annotation for field in python_type.model_fields.values()), *computed]
    return list(get_type_hints(python_type).values()) if _is_record(python_type) else []
