"""A schema that contradicts its table is rejected, with a message that says how to fix it."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import field_validator
from sqlalchemy import create_engine
from sqlmodel import Field, SQLModel

from routers import ReadRow, Resource
from tests.routers.resource.rejection import GADGET, rejection
from tests.support.gadgets import GadgetCreate
from tests.support.sql import new_database, run_sql
from tests.support.tables import OwnedSpecimen


class ExtraKeyRow(GadgetCreate, OwnedSpecimen, table=True):
    """A table with another column in its primary key."""

    slug: str = Field(default="a", primary_key=True, max_length=9)


class LongIndexRow(GadgetCreate, OwnedSpecimen, table=True):
    """A table with an index that is too small for its texts."""

    words: str | None = Field(default=None, max_length=2000, index=True)


class LongestIndexRow(GadgetCreate, OwnedSpecimen, table=True):
    """A table with indexes of as many characters as they can have."""

    words: str | None = Field(default=None, max_length=586, index=True)
    letters: str | None = Field(default=None, max_length=586, unique=True)


class OtherTypeCreate(SQLModel):
    """A schema with another type for a column."""

    name: int


class AliasCreate(SQLModel):
    """A schema with an alias."""

    name: str = Field(max_length=20, alias="title")


class ValidatorCreate(GadgetCreate):
    """A schema with a validator."""

    @field_validator("name")
    @classmethod
    def check(cls, name: str) -> str:
        return name


class NotNullRead(ReadRow):
    """A schema without null for a column that can be null."""

    note: str


class LongDefaultCreate(SQLModel):
    """A schema with a default that is invalid in a request."""

    name: str = Field(default="x" * 21, max_length=20)


class NaiveDefaultCreate(SQLModel):
    """A schema with a default without a time zone."""

    at: datetime = Field(default_factory=datetime.now)


class NaiveDefaultRow(NaiveDefaultCreate, OwnedSpecimen, table=True):
    """The table of that schema."""


class FactoryCreate(SQLModel):
    """A schema with a default that may differ between requests."""

    name: str = Field(default_factory=str, max_length=20)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model": ExtraKeyRow},
            "its primary key is not owner_id and id: drop primary_key from the other fields.",
        ),
        ({"model": LongIndexRow}, "an index allows 586 characters: set a smaller max_length for words."),
        (
            {"create": OtherTypeCreate},
            "create and the table have different types for name: declare it once, in a schema.",
        ),
        (
            {"create": AliasCreate},
            "create sets alias for name, which is not supported: give the member that name.",
        ),
        (
            {"create": ValidatorCreate},
            "create has field validators, which are not supported: use a bound, a pattern or a CHECK.",
        ),
        (
            {"read": NotNullRead},
            "note can be null in the table but not in read: declare both alike.",
        ),
        ({"create": LongDefaultCreate}, "the default of name is not a valid value of name: correct it."),
        (
            {"model": NaiveDefaultRow, "create": NaiveDefaultCreate, "read": ReadRow},
            "the default of at has no time zone: use datetime.now(UTC).",
        ),
        (
            {"create": FactoryCreate, "write_once": ("name",)},
            "name is in write_once, so it cannot have a default_factory: use default, or none.",
        ),
    ],
)
def test_a_schema_that_contradicts_its_table_is_rejected(changes: dict[str, Any], message: str) -> None:
    assert rejection(**changes) == message


def test_the_longest_texts_of_an_index_fit_into_postgresql_with_the_longest_owner(server_url: str) -> None:
    Resource(**{**GADGET, "model": LongestIndexRow})
    url = new_database(server_url, "longest-index")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    LongestIndexRow.__table__.create(engine)  # type: ignore[attr-defined]
    engine.dispose()
    # Random: PostgreSQL compresses what repeats itself. Owners are ASCII; the texts have 4 bytes each.
    owner = "string_agg(chr(33 + (random() * 90)::int), '') FROM generate_series(1, 255)"
    text = "string_agg(chr(65536 + (random() * 60000)::int), '') FROM generate_series(1, 586)"
    run_sql(
        url,
        "INSERT INTO longestindexrow (owner_id, id, name, ready, words, letters)"
        f" SELECT (SELECT {owner}), gen_random_uuid(), 'lamp', true, (SELECT {text}), (SELECT {text})",
    )
    assert run_sql(url, "SELECT octet_length(owner_id), octet_length(words) FROM longestindexrow") == [
        (255, 2344)
    ]
