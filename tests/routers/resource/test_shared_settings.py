"""The bounds and the settings of columns are the same in the schemas and in the table."""

from typing import Any

import pytest
from sqlmodel import Field

from tests.routers.resource.rejection import rejection
from tests.support.gadgets import GadgetCreate, GadgetRead


class UniqueCreate(GadgetCreate):
    note: str | None = Field(default=None, min_length=2, max_length=40, unique=True)


class IndexedRead(GadgetRead):
    note: str | None = Field(default=None, min_length=2, max_length=40, index=True)


class ShortRead(GadgetRead):
    note: str | None = Field(default=None, max_length=39)


class PatternRead(GadgetRead):
    note: str | None = Field(default=None, max_length=40, schema_extra={"pattern": "^a$"})


class AnyNoteCreate(GadgetCreate):
    note: str | None = Field(default=None, max_length=40)


class ShorterNoteCreate(GadgetCreate):
    note: str | None = Field(default=None, min_length=1, max_length=40)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"create": UniqueCreate},
            "create has settings of the column note, which the table lacks: move them to the table.",
        ),
        (
            {"read": IndexedRead},
            "read has settings of the column note, which the table lacks: move them to the table.",
        ),
        (
            {"read": ShortRead},
            "note has max_length=39 in read but not in the table: declare it once, in a schema.",
        ),
        (
            {"read": PatternRead},
            "note has pattern='^a$' in read but not in the table: declare it once, in a schema.",
        ),
        (
            {"create": AnyNoteCreate},
            "note has min_length=2 in the table but not in create: declare it once, in a schema.",
        ),
        (
            {"create": ShorterNoteCreate},
            "note has min_length=2 in the table but not in create: declare it once, in a schema.",
        ),
    ],
)
def test_a_schema_whose_bounds_or_columns_are_not_those_of_the_table_is_rejected(
    changes: dict[str, Any], message: str
) -> None:
    assert rejection(**changes) == message
