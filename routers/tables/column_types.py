"""From a field to its column: the type that keeps it, the rules that stand in the database too."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import Column, ColumnElement, func
from sqlalchemy import Enum as Choice
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel
from sqlmodel.main import FieldInfoMetadata

from routers.schemas.field_types import split_optional


@dataclass(frozen=True)
class Relation:
    """What a field says about rows other than its own, kept with the field.

    Attributes:
        target: The table that it refers to, by id; None for none.
        on_delete: What happens when that row goes: None and RESTRICT refuse, CASCADE goes with it.
        unique: No two rows of an owner have the same value.
        index: It has an index.
    """

    target: str | None
    on_delete: str | None
    unique: bool
    index: bool


def relation_of(field: FieldInfo) -> Relation | None:
    """What `take_relations` found."""
    return next((rule for rule in field.metadata if isinstance(rule, Relation)), None)


def choose_types(model: type[SQLModel]) -> None:
    """Give the fields that SQLModel has no type for, or none that migrates well, one of ours."""
    for field in model.model_fields.values():
        said = _said(field)
        if said.sa_type is PydanticUndefined and said.sa_column is PydanticUndefined:
            kind, _ = split_optional(field.annotation)
            if isinstance(kind, type) and issubclass(kind, Enum):
                _say(field, dataclasses.replace(said, sa_type=_choice(kind)))
            elif (get_origin(kind) or kind) in {dict, list}:
                _say(field, dataclasses.replace(said, sa_type=JSONB(none_as_null=True)))


def take_relations(model: type[SQLModel]) -> None:
    """Keep what fields say of other rows: SQLModel would not put the owner into it.

    Raises:
        TypeError: it cannot be meant for owned rows.
    """
    for name, field in model.model_fields.items():
        said = _said(field)
        target, _, column = (_given(said.foreign_key) or "").partition(".")
        relation = Relation(target or None, _given(said.ondelete), said.unique is True, said.index is True)
        if relation == Relation(None, None, unique=False, index=False):
            continue
        if target and (column != "id" or split_optional(field.annotation)[0] is not UUID):
            raise TypeError(f"{model.__name__}.{name} must be a UUID that refers to {target}.id.")
        if relation.on_delete == "SET NULL":
            # It would change rows without a new version: who holds their entity tag would not notice.
            raise TypeError(f"{model.__name__}.{name}: ondelete is RESTRICT or CASCADE.")
        plain = dataclasses.replace(
            said, foreign_key=PydanticUndefined, ondelete=PydanticUndefined, unique=False, index=False
        )
        _say(field, plain)
        field.metadata.append(relation)


def bounds(field: FieldInfo, column: Column[Any]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The rules of a field as SQL conditions, named; the longest length is in the column's type."""
    kind, _ = split_optional(field.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield "choice", column.in_(list(kind))
    if (get_origin(kind) or kind) in {dict, list}:
        shape = "object" if (get_origin(kind) or kind) is dict else "array"
        yield "shape", func.jsonb_typeof(column) == shape
        return
    for rule in field.metadata:
        for name, bound in _BOUNDS.items():
            if (limit := getattr(rule, name, None)) is not None:
                yield name, bound(column, limit)


_BOUNDS: dict[str, Any] = {
    "min_length": lambda column, length: func.char_length(column) >= length,
    "pattern": lambda column, pattern: column.regexp_match(pattern),
    "ge": lambda column, limit: column >= limit,
    "gt": lambda column, limit: column > limit,
    "le": lambda column, limit: column <= limit,
    "lt": lambda column, limit: column < limit,
}


def _choice(kind: type[Enum]) -> Choice:
    values = [choice.value for choice in kind]
    # As text: a type of its own would stay behind when a migration is taken back.
    return Choice(
        kind,
        values_callable=lambda _kind: values,
        native_enum=False,
        length=max(len(str(value)) for value in values),
    )


def _said(field: FieldInfo) -> FieldInfoMetadata:
    return next((rule for rule in field.metadata if isinstance(rule, FieldInfoMetadata)), FieldInfoMetadata())


def _say(field: FieldInfo, said: FieldInfoMetadata) -> None:
    # A list of its own: the shape that the field was inherited from keeps what it says.
    others = [rule for rule in field.metadata if not isinstance(rule, FieldInfoMetadata)]
    field.metadata = [*others, said]


def _given(value: Any) -> Any:
    return None if value is PydanticUndefined else value
