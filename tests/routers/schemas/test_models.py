"""Exact schemas are derived from declared ones."""

from typing import Any, Optional, Union
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Boolean, Column, MetaData, String, Table, Uuid
from sqlmodel import SQLModel

from routers.schemas.field_types import split_optional
from routers.schemas.models import create_schema, provided, response_schema, update_schema


class Thing(SQLModel):
    """A thing, as it is declared."""

    name: str
    size: UUID | None = None
    ready: bool = True


TABLE = Table(
    "thing", MetaData(), Column("name", String()), Column("size", Uuid()), Column("ready", Boolean())
)
Create: Any = create_schema(Thing, TABLE)
Update: Any = update_schema(Thing, TABLE, "ThingUpdate", ())
Response: Any = response_schema(Thing, dict(TABLE.c.items()))

ID = "00000000-0000-0000-0000-00000000000a"


def test_provided_returns_the_members_of_the_body_without_defaults() -> None:
    assert provided(Create(name="x")) == {"name": "x"}
    assert provided(Create(name="x", size=ID, ready=False)) == {"name": "x", "size": UUID(ID), "ready": False}
    assert provided(Create(name="x", size=None)) == {"name": "x", "size": None}


def test_an_update_requires_no_member() -> None:
    assert provided(Update()) == {}
    assert provided(Update(size=None)) == {"size": None}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"name": None},
        {"name": b"x"},
        {"name": "a\0b"},
        {"name": "\ud800"},
        {"name": "x", "ready": "yes"},
        {"name": "x", "ready": 1},
        {"name": "x", "ready": None},
        {"name": "x", "size": ID.replace("-", "")},
        {"name": "x", "size": 5},
        {"name": "x", "colour": "red"},
    ],
)
def test_a_body_that_does_not_match_exactly_is_rejected(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Create(**members)


def test_a_response_requires_every_member() -> None:
    assert Response.model_json_schema()["required"] == ["name", "size", "ready"]


def test_derived_schemas_have_the_name_and_description_of_the_declared_one() -> None:
    assert (Create.__name__, Create.__doc__) == ("Thing", "A thing, as it is declared.")
    assert Update.__name__ == "ThingUpdate"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, (str, False)),
        (str | None, (str, True)),
        (Optional[str], (str, True)),  # noqa: UP045 # the old spelling is supported, too
        (Union[None, str], (str, True)),  # noqa: UP007
        (str | bool, (str | bool, False)),
    ],
)
def test_split_optional_separates_none_from_the_type(annotation: Any, expected: tuple[Any, bool]) -> None:
    assert split_optional(annotation) == expected


def test_an_immutable_member_is_not_part_of_the_update_schema() -> None:
    assert list(update_schema(Thing, TABLE, "ThingUpdate", ("name",)).model_fields) == ["size", "ready"]


def test_a_schema_without_docstring_gets_a_description() -> None:
    bare = type("Bare", (SQLModel,), {})
    assert create_schema(bare, TABLE).__doc__ == "The members of Bare."
    assert (
        update_schema(bare, TABLE, "BareUpdate", ()).__doc__ == "The members to change. The members of Bare."
    )
