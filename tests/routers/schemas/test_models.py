"""Exact models, derived from plain shapes."""

from typing import Any, Optional, Union
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Boolean, Column, MetaData, String, Table, Uuid
from sqlmodel import SQLModel

from routers.schemas.field_types import split_optional
from routers.schemas.models import create_schema, provided, response_schema, update_schema


class Shape(SQLModel):
    """A shape, declared plainly."""

    name: str
    size: UUID | None = None
    ready: bool = True


TABLE = Table(
    "shape", MetaData(), Column("name", String()), Column("size", Uuid()), Column("ready", Boolean())
)
Body: Any = create_schema(Shape, TABLE)
Patch: Any = update_schema(Shape, TABLE, "ShapePatch", ())
Answer: Any = response_schema(Shape, TABLE)

ID = "00000000-0000-0000-0000-00000000000a"


def test_a_body_holds_what_was_sent_and_no_default() -> None:
    assert provided(Body(name="x")) == {"name": "x"}
    assert provided(Body(name="x", size=ID, ready=False)) == {"name": "x", "size": UUID(ID), "ready": False}
    assert provided(Body(name="x", size=None)) == {"name": "x", "size": None}


def test_a_patch_may_hold_nothing() -> None:
    assert provided(Patch()) == {}
    assert provided(Patch(size=None)) == {"size": None}


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
        {"name": "x", "size": ID.upper()},
        {"name": "x", "size": ID.replace("-", "")},
        {"name": "x", "size": 5},
        {"name": "x", "colour": "red"},
    ],
)
def test_a_body_is_exact(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Body(**members)


def test_an_answer_has_every_member() -> None:
    assert Answer.model_json_schema()["required"] == ["name", "size", "ready"]


def test_names_and_descriptions_are_the_shapes() -> None:
    assert (Body.__name__, Body.__doc__) == ("Shape", "A shape, declared plainly.")
    assert Patch.__name__ == "ShapePatch"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, (str, False)),
        (str | None, (str, True)),
        (Optional[str], (str, True)),  # noqa: UP045 # the old spelling is one too
        (Union[None, str], (str, True)),  # noqa: UP007
        (str | bool, (str | bool, False)),
    ],
)
def test_null_is_told_from_the_type(annotation: Any, expected: tuple[Any, bool]) -> None:
    assert split_optional(annotation) == expected


def test_a_member_that_is_fixed_is_no_part_of_a_patch() -> None:
    assert list(update_schema(Shape, TABLE, "Fixed", ("name",)).model_fields) == ["size", "ready"]


def test_a_shape_without_a_word_about_it_is_described_all_the_same() -> None:
    bare = type("Bare", (SQLModel,), {})
    assert create_schema(bare, TABLE).__doc__ == "The members of Bare."
    assert update_schema(bare, TABLE, "BareUpdate", ()).__doc__ == "Changes to make: The members of Bare."
