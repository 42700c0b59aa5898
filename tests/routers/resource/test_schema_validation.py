"""Shapes that contradict their table are refused, with the mend."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import field_validator
from sqlmodel import Field, SQLModel

from routers import OwnedRow, ReadRow, Resource, Search
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead

DECLARATION: dict[str, Any] = {
    "path": "/gadgets",
    "model": Gadget,
    "create": GadgetCreate,
    "read": GadgetRead,
}


class Slugged(GadgetCreate, OwnedRow, table=True):
    """A table with a key of its own."""

    slug: str = Field(default="a", primary_key=True, max_length=9)


class Wordy(GadgetCreate, OwnedRow, table=True):
    """A table with an index that long texts do not fit into."""

    words: str | None = Field(default=None, max_length=2000, index=True)


class Other(SQLModel):
    """A shape that has another type for a column."""

    name: int


class Aliased(SQLModel):
    """A shape with an alias."""

    name: str = Field(max_length=20, alias="title")


class Checked(GadgetCreate):
    """A shape with a validator."""

    @field_validator("name")
    @classmethod
    def check(cls, name: str) -> str:
        return name


class Certain(ReadRow):
    """A shape that does not know of null."""

    note: str


class Defaulted(SQLModel):
    """A shape with a default that is refused when it is sent."""

    name: str = Field(default="x" * 21, max_length=20)


class Naive(SQLModel):
    """A shape with a default without a time zone."""

    at: datetime = Field(default_factory=datetime.now)


class NaiveRow(Naive, OwnedRow, table=True):
    """Its table."""


class Drawn(SQLModel):
    """A shape with a default that varies."""

    name: str = Field(default_factory=str, max_length=20)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"model": Slugged},
            "its primary key is not owner_id and id: drop primary_key from the other fields",
        ),
        ({"model": Wordy}, "an index holds up to 650 characters: set a smaller max_length for words"),
        (
            {"create": Other},
            "create and the table have different types for name: declare it once, in a shape",
        ),
        ({"create": Aliased}, "create gives name an alias, which is not served"),
        (
            {"create": Checked},
            "create has validators, which are not run: say it as a bound, a pattern or a CHECK",
        ),
        ({"read": Certain}, "read says that note is never null, which the column may be"),
        ({"create": Defaulted}, "the default of name is not a value that name may have: mend it"),
        ({"model": NaiveRow, "create": Naive, "read": ReadRow}, "the default of at has no time zone"),
        ({"create": Drawn, "write_once": ("name",)}, "name is set once and made anew by its default_factory"),
        ({"sorts": "name"}, 'sorts is no tuple: write sorts=("-created_at",)'),
        ({"filters": "name"}, "filters is no tuple of filters"),
        ({"filters": (Search(),)}, 'a Search names no column: write Search("title")'),
    ],
)
def test_a_contradiction_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match="cannot be served") as refusal:
        Resource(**{**DECLARATION, **changes})
    assert sentence in str(refusal.value)
