"""The exact models of requests and answers, derived from the shapes that a resource declares."""

from collections.abc import Container
from types import GenericAlias
from typing import Annotated, Any

from pydantic import MISSING, BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from sqlalchemy import Table
from sqlmodel import SQLModel

from routers.schemas.field_types import form_of, split_optional
from routers.tables.rows import ReadT

_REQUEST = ConfigDict(extra="forbid")

Fields = dict[str, Any]


class ListQuery(BaseModel):
    """The query of a list: the same text says the same, and who reads it changes nothing in it."""

    model_config = ConfigDict(frozen=True)


def body_model(shape: type[SQLModel], table: Table) -> type[BaseModel]:
    """A request body: the shape's members exactly; one with a default may be absent (`MISSING`)."""
    fields: Fields = {
        name: _written(field, form_of(field, table.c[name]).body, optional=not field.is_required())
        for name, field in shape.model_fields.items()
    }
    return create_model(shape.__name__, __config__=_REQUEST, __doc__=_doc(shape), **fields)


def patch_model(shape: type[SQLModel], table: Table, name: str, fixed: Container[str]) -> type[BaseModel]:
    """A merge patch (RFC 7396): each member absent (unchanged), null where it may be, or a value."""
    fields: Fields = {
        member: _written(field, form_of(field, table.c[member]).body, optional=True)
        for member, field in shape.model_fields.items()
        if member not in fixed
    }
    doc = f"Changes to make: {_doc(shape)}"
    return create_model(name, __config__=_REQUEST, __doc__=doc, **fields)


def answer_model(shape: type[ReadT], table: Table) -> type[ReadT]:
    """An answer: every member of the shape is there, each written in its one form."""
    fields: Fields = {
        name: (_exact(field, form_of(field, table.c[name]).answer), ...)
        for name, field in shape.model_fields.items()
    }
    return create_model(shape.__name__, __base__=shape, __doc__=_doc(shape), **fields)


def page_model(answer: type[BaseModel], name: str, most: int, cursor: Any) -> type[BaseModel]:
    """A page of a list: up to `most` rows, with the cursor of the next page or null."""
    rows: Any = GenericAlias(list, (answer,))
    fields: Fields = {
        "items": (described(Annotated[rows, Field(max_length=most)], "The rows, in order."), ...),
        "next_cursor": (described(cursor | None, "Where the next page begins; null at the end."), ...),
    }
    return create_model(name, __doc__="One page of a list, in its order.", **fields)


def described(kind: Any, description: str) -> Any:
    """A type with what it means."""
    return Annotated[kind, Field(description=description)]


def optional(kind: Any, description: str) -> Any:
    """The same for a member or parameter that may be absent."""
    return described(kind | MISSING, description)


def given(body: BaseModel) -> dict[str, Any]:
    """The members of a request body that were sent."""
    return {name: value for name, value in body.__dict__.items() if value is not MISSING}


def _doc(shape: type[SQLModel]) -> str:
    return shape.__doc__ or f"The members of {shape.__name__}."


def _written(field: FieldInfo, kind: Any, *, optional: bool) -> tuple[Any, Any]:
    if optional:
        return _exact(field, kind, MISSING), MISSING
    return _exact(field, kind), ...


def _exact(field: FieldInfo, kind: Any, *others: Any) -> Any:
    _, nullable = split_optional(field.annotation)
    for other in (*([None] if nullable else []), *others):
        kind = kind | other
    return Annotated[kind, Field(description=field.description, examples=field.examples)]
