"""Where the shapes of a resource and its table contradict each other, each said with its mend."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import Enum, Index, String, Table
from sqlmodel import SQLModel

from routers.queries.conflicts import uniques
from routers.schemas.field_types import plain_type, split_optional

if TYPE_CHECKING:
    from routers.resource.resource import Resource

_LONGEST_KEY = 650
"""Characters in all texts of an index: four bytes each, and PostgreSQL takes 2,704."""


def contradictions(resource: "Resource[Any]") -> Iterator[str]:
    """What the shapes say otherwise than the table does."""
    keys = ["id"] if resource.public else ["owner_id", "id"]
    if [column.name for column in resource.table.primary_key] != keys:
        yield f"its primary key is not {' and '.join(keys)}: drop primary_key from the other fields."
    for role, shape in {"create": resource.create, "read": resource.read}.items():
        yield from _types(role, shape, resource.model)
    for name, field in resource.create.model_fields.items():
        yield from _texts(name, field, resource.table)
        yield from _nulls(name, field, resource.table)
        yield from _defaults(name, field)
        if name in resource.write_once and field.default_factory:
            yield f"{name} is set once and made anew by its default_factory: give it a default, or none."
    for name, field in resource.read.model_fields.items():
        if resource.table.c[name].nullable and not split_optional(field.annotation)[1]:
            yield f"read says that {name} is never null, which the column may be: make one like the other."
    yield from _keys(resource.table)


def _types(role: str, shape: type[SQLModel], model: type[SQLModel]) -> Iterator[str]:
    for name, field in shape.model_fields.items():
        if split_optional(field.annotation)[0] != split_optional(model.model_fields[name].annotation)[0]:
            yield f"{role} and the table have different types for {name}: declare it once, in a shape."
        if field.alias:
            yield f"{role} gives {name} an alias, which is not served: name the member as it shall be called."
    found = shape.__pydantic_decorators__
    if found.validators or found.field_validators or found.root_validators or found.model_validators:
        yield f"{role} has validators, which are not run: say it as a bound, a pattern or a CHECK."


def _texts(name: str, field: FieldInfo, table: Table) -> Iterator[str]:
    column = table.c[name]
    longest = getattr(column.type, "length", None)
    lengths = [rule.max_length for rule in field.metadata if hasattr(rule, "max_length")]
    is_text = isinstance(plain_type(column), String) and not isinstance(column.type, Enum)
    if is_text and longest is not None and (not lengths or min(lengths) > longest):
        yield f"create takes a longer {name} than the column's {longest} characters: set max_length."


def _nulls(name: str, field: FieldInfo, table: Table) -> Iterator[str]:
    if split_optional(field.annotation)[1] and not table.c[name].nullable:
        yield f"create takes null for {name}, which the column refuses: make one like the other."


def _defaults(name: str, field: FieldInfo) -> Iterator[str]:
    if field.is_required():
        return
    kind: Any = Annotated[(field.annotation, *field.metadata, Field())]
    try:
        default = field.get_default(call_default_factory=True)
        TypeAdapter(kind).validate_python(default, strict=True)
    except (ValidationError, TypeError, ValueError):
        yield f"the default of {name} is not a value that {name} may have: mend it."
    else:
        if isinstance(default, datetime) and default.tzinfo is None:
            yield f"the default of {name} has no time zone: use datetime.now(UTC)."


def _keys(table: Table) -> Iterator[str]:
    keys: list[Any] = [*table.indexes, *(each for each in uniques(table) if not isinstance(each, Index))]
    for key in keys:
        texts = [column for column in key.columns if isinstance(plain_type(column), String)]
        lengths = [getattr(plain_type(column), "length", None) for column in texts]
        if None in lengths or sum(filter(None, lengths)) > _LONGEST_KEY:
            names = ", ".join(column.name for column in texts if column.name != "owner_id")
            yield f"an index holds up to {_LONGEST_KEY} characters: set a smaller max_length for {names}."
