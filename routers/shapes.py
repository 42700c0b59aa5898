"""The exact models of requests and answers, derived from the shapes that a resource declares."""

from collections.abc import Callable
from types import GenericAlias
from typing import Annotated, Any

from pydantic import MISSING, BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from routers.types import TEXT, in_answer, in_body, split_optional

_REQUEST = ConfigDict(extra="forbid")

Fields = dict[str, Any]


def body_model(shape: type[SQLModel]) -> type[BaseModel]:
    """A request body: the shape's members exactly; one with a default may be absent (`MISSING`)."""
    fields = {
        name: _member(field, in_body, optional=not field.is_required())
        for name, field in shape.model_fields.items()
    }
    return _model(shape.__name__, shape.__doc__, _REQUEST, fields)


def patch_model(shape: type[SQLModel], name: str) -> type[BaseModel]:
    """A merge patch (RFC 7396): each member absent (unchanged), null where it may be, or a value."""
    fields = {
        field_name: _member(field, in_body, optional=True) for field_name, field in shape.model_fields.items()
    }
    return _model(name, f"Changes to make: {shape.__doc__}", _REQUEST, fields)


def answer_model(shape: type[SQLModel]) -> type[BaseModel]:
    """An answer: every member of the shape is there."""
    fields = {name: _member(field, in_answer, optional=False) for name, field in shape.model_fields.items()}
    return _model(shape.__name__, shape.__doc__, ConfigDict(), fields)


def page_model(answer: type[BaseModel], name: str, most: int, cursor: Any) -> type[BaseModel]:
    """A page of a list: up to `most` rows, with the cursor of the next page or null."""
    rows: Any = GenericAlias(list, (answer,))
    fields = {
        "items": (described(Annotated[rows, Field(max_length=most)], "The rows, in order."), ...),
        "next_cursor": (described(cursor | None, "Where the next page begins; null at the end."), ...),
    }
    return _model(name, "One page of a list.", ConfigDict(), fields)


def described(kind: Any, description: str) -> Any:
    """A type with what it means."""
    return Annotated[kind, Field(description=description)]


def optional(kind: Any, description: str) -> Any:
    """The same for a member or parameter that may be absent."""
    return described(kind | MISSING, description)


def given(body: BaseModel) -> dict[str, Any]:
    """The members of a request body that were sent."""
    return {name: value for name, value in body.__dict__.items() if value is not MISSING}


def _member(field: FieldInfo, form: Callable[[type], Any], *, optional: bool) -> tuple[Any, Any]:
    kind, nullable = split_optional(field.annotation)
    exact: Any = form(kind)
    constraints = [rule for rule in field.metadata if not _is_sqlmodel(rule)]
    if kind is str and not any(getattr(rule, "pattern", None) for rule in constraints):
        constraints.append(Field(pattern=TEXT))
    for constraint in constraints:
        exact = Annotated[exact, constraint]
    if nullable:
        exact = exact | None
    description = Field(description=field.description, examples=field.examples)
    if optional:
        return Annotated[exact | MISSING, description], MISSING
    return Annotated[exact, description], ...


def _is_sqlmodel(rule: object) -> bool:
    return type(rule).__module__.startswith("sqlmodel")


def _model(name: str, doc: str | None, config: ConfigDict, fields: Fields) -> type[BaseModel]:
    return create_model(name, __config__=config, __doc__=doc, **fields)
