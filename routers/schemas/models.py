"""Derive the strict schemas of requests and responses from the declared ones."""

from collections.abc import Container, Mapping
from types import GenericAlias
from typing import Annotated, Any

from pydantic import MISSING, BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from sqlalchemy import ColumnElement, Table
from sqlmodel import SQLModel

from routers.schemas.field_types import field_types, split_optional
from routers.schemas.read_row import ReadT

_REQUEST = ConfigDict(extra="forbid")

Fields = dict[str, Any]


class ListQuery(BaseModel):
    """The query parameters of a list. It is immutable, so equal query strings can share one."""

    model_config = ConfigDict(frozen=True)


def create_schema(declared: type[SQLModel], table: Table) -> type[BaseModel]:
    """Return the schema of POST and PUT: fields with a default are optional (`MISSING`)."""
    fields: Fields = {
        name: _request_field(field, field_types(field, table.c[name]).body, optional=not field.is_required())
        for name, field in declared.model_fields.items()
    }
    return create_model(declared.__name__, __config__=_REQUEST, __doc__=_doc(declared), **fields)


def update_schema(
    declared: type[SQLModel], table: Table, name: str, immutable: Container[str]
) -> type[BaseModel]:
    """Return the schema of PATCH (RFC 7396): each field is absent, a value, or null where it may be."""
    fields: Fields = {
        member: _request_field(field, field_types(field, table.c[member]).body, optional=True)
        for member, field in declared.model_fields.items()
        if member not in immutable
    }
    doc = f"The members to change. {_doc(declared)}"
    return create_model(name, __config__=_REQUEST, __doc__=doc, **fields)


def response_schema(declared: type[ReadT], columns: Mapping[str, ColumnElement[Any]]) -> type[ReadT]:
    """Return the schema of a row in a response: every member is required, in its exact format."""
    fields: Fields = {
        name: (_exact(field, field_types(field, columns[name]).response), ...)
        for name, field in declared.model_fields.items()
    }
    return create_model(declared.__name__, __base__=declared, __doc__=_doc(declared), **fields)


def page_schema(row: type[BaseModel], name: str, max_rows: int, cursor: Any) -> type[BaseModel]:
    """Return the schema of a page: up to `max_rows` rows, and the cursor of the next page or null."""
    rows: Any = GenericAlias(list, (row,))
    fields: Fields = {
        "items": (described(Annotated[rows, Field(max_length=max_rows)], "The rows, in order."), ...),
        "next_cursor": (described(cursor | None, "The cursor of the next page; null on the last page."), ...),
    }
    return create_model(name, __doc__="One page of a list, in its order.", **fields)


def described(annotation: Any, description: str) -> Any:
    """Add a description to a type."""
    return Annotated[annotation, Field(description=description)]


def optional(annotation: Any, description: str) -> Any:
    """Add a description to a type, and let the field be absent."""
    return described(annotation | MISSING, description)


def provided(body: BaseModel) -> dict[str, Any]:
    """Return the members that a request provided."""
    return {name: value for name, value in body.__dict__.items() if value is not MISSING}


def _doc(declared: type[SQLModel]) -> str:
    return declared.__doc__ or f"The members of {declared.__name__}."


def _request_field(field: FieldInfo, annotation: Any, *, optional: bool) -> tuple[Any, Any]:
    if optional:
        return _exact(field, annotation, MISSING), MISSING
    return _exact(field, annotation), ...


def _exact(field: FieldInfo, annotation: Any, *others: Any) -> Any:
    _, nullable = split_optional(field.annotation)
    for other in (*([None] if nullable else []), *others):
        annotation = annotation | other
    return Annotated[annotation, Field(description=field.description, examples=field.examples)]
