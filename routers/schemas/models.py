"""Derive the strict schemas of requests and responses from the declared ones."""

from collections.abc import Container, Mapping
from types import GenericAlias
from typing import Annotated, Any, cast

from pydantic import MISSING, BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic.fields import FieldInfo
from sqlalchemy import ColumnElement, Table
from sqlmodel import SQLModel

from routers.schemas.exact_models import Fields, attributes, doc, register, request_model
from routers.schemas.field_types import field_types, is_object, patch_type, split_optional
from routers.schemas.read_row import ReadT
from routers.schemas.settings import DOCUMENTED

_Total = Annotated[int, Field(ge=0, le=2**53 - 1, json_schema_extra={"examples": [1]})]


class ListQuery(BaseModel):
    """The query parameters of a list. It is immutable, so equal query strings can share one."""

    model_config = ConfigDict(frozen=True)


def create_schema(declared: type[SQLModel], table: Table) -> type[BaseModel]:
    """Return the schema of POST and PUT: fields with a default are optional (`MISSING`)."""
    fields: Fields = {
        name: _request_field(field, field_types(field, table.c[name]).body, optional=not field.is_required())
        for name, field in declared.model_fields.items()
    }
    config = _config(declared, *DOCUMENTED)
    schema = create_model(declared.__name__, __config__=config, __doc__=doc(declared), **fields)
    register(schema, "body", schema)
    # For custom routes: instances of the declared schema, with its defaults.
    own = request_model(
        declared, "body", lambda name, field: _nullable(field, field_types(field, table.c[name]).body)
    )
    register(declared, "body", own)
    return schema


def update_schema(
    declared: type[SQLModel], table: Table, name: str, immutable: Container[str]
) -> type[BaseModel]:
    """Return the schema of PATCH (RFC 7396): each field is absent, a value, or null where it may be."""
    fields: Fields = {
        member: _request_field(field, patch_type(field, table.c[member]), optional=True)
        for member, field in declared.model_fields.items()
        if member not in immutable
    }
    is_merged = any(is_object(split_optional(declared.model_fields[each].annotation)[0]) for each in fields)
    hint = " In JSON objects, null removes a member." if is_merged else ""
    description = f"The members to change.{hint} {doc(declared)}"
    # The title and the examples of the declared schema are those of a complete row.
    config = _config(declared, "model_title_generator")
    schema = create_model(name, __config__=config, __doc__=description, **fields)
    register(schema, "body", schema)
    return schema


def response_schema(declared: type[ReadT], columns: Mapping[str, ColumnElement[Any]]) -> type[ReadT]:
    """Return the schema of a row in a response: every member is required, in its exact format."""
    fields: Fields = {
        name: (_exact(field, field_types(field, columns[name]).response), ...)
        for name, field in declared.model_fields.items()
    }

    def members(value: Any) -> Any:
        # Pydantic would read the attributes, which warns of deprecated ones.
        return vars(value) if type(value) is declared else value

    namespace = {"_members": model_validator(mode="before")(members)}
    schema = create_model(
        declared.__name__, __base__=declared, __doc__=doc(declared), __namespace__=namespace, **fields
    )
    register(declared, "response", schema)
    return schema


def page_schema(
    row: type[BaseModel], name: str, max_rows: int, cursor: Any, *, count: bool
) -> type[BaseModel]:
    """Return the schema of a page: up to `max_rows` rows, and the cursor of the next page or null.

    With `count`, it also has the number of rows on all pages or null.
    """
    rows: Any = GenericAlias(list, (row,))
    fields: Fields = {
        "items": (described(Annotated[rows, Field(max_length=max_rows)], "The rows, in order."), ...),
        "next_cursor": (described(cursor | None, "The cursor of the next page; null on the last page."), ...),
    }
    if count:
        total = "The number of rows on all pages that match the filters; null unless `count=true`."
        fields["total"] = (described(_Total | None, total), ...)
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


def _config(declared: type[SQLModel], *documented: str) -> ConfigDict:
    """Return the configuration of a request schema, with these settings of the declared one."""
    config = {key: value for key, value in declared.model_config.items() if key in documented}
    return cast("ConfigDict", {**config, "extra": "forbid"})


def _request_field(field: FieldInfo, annotation: Any, *, optional: bool) -> tuple[Any, Any]:
    if optional:
        return _exact(field, annotation, MISSING), MISSING
    return _exact(field, annotation), ...


def _exact(field: FieldInfo, annotation: Any, *others: Any) -> Any:
    annotation = _nullable(field, annotation)
    for other in others:
        annotation = annotation | other
    return Annotated[annotation, Field(**attributes(field))]


def _nullable(field: FieldInfo, annotation: Any) -> Any:
    return annotation | None if split_optional(field.annotation)[1] else annotation
