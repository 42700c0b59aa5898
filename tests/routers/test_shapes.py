"""Exact models, derived from plain shapes."""

from typing import Any, Optional, Union
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlmodel import SQLModel

from routers.forms import UnknownTypeError, split_optional
from routers.shapes import answer_model, body_model, given, patch_model


class Shape(SQLModel):
    """A shape, declared plainly."""

    name: str
    size: UUID | None = None
    ready: bool = True


Body: Any = body_model(Shape)
Patch: Any = patch_model(Shape, "ShapePatch")
Answer: Any = answer_model(Shape)

ID = "00000000-0000-0000-0000-00000000000a"


def test_a_body_holds_what_was_sent_and_no_default() -> None:
    assert given(Body(name="x")) == {"name": "x"}
    assert given(Body(name="x", size=ID, ready=False)) == {"name": "x", "size": UUID(ID), "ready": False}
    assert given(Body(name="x", size=None)) == {"name": "x", "size": None}


def test_a_patch_may_hold_nothing() -> None:
    assert given(Patch()) == {}
    assert given(Patch(size=None)) == {"size": None}


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


def test_a_type_without_an_exact_form_is_refused() -> None:
    class Vague(SQLModel):
        """A shape that means two things."""

        name: str | bool

    with pytest.raises(UnknownTypeError, match=r"str \| bool; use one of UUID, bool, str"):
        body_model(Vague)
