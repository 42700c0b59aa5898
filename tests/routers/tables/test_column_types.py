"""Columns have the type and the constraints that their fields declare."""

from enum import StrEnum
from types import new_class
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from pydantic import BaseModel, create_model
from sqlalchemy import Enum, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from routers import OwnedRow
from tests.support.specimens import ShelfCreate, shelves, specimens
from tests.support.sql import run_sql
from tests.support.tables import OwnedSpecimen


class Nested(BaseModel):
    """A model that is no table."""

    text: str


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("legs", "-1"),
        ("legs", "1001"),
        ("ratio", "0"),
        ("ratio", "1"),
        ("tiny", "-0.1"),
        ("colour", "'RED'"),
        ("second_colour", "'blue'"),
        ("size", "'large'"),
        ("grade", "4"),
        ("level", "1"),
        ("fee", "0"),
        ("fee", "0.04"),
        ("fee", "100"),
        ("change", "-12.6"),
        ("eggs", "13"),
        ("details", "'[]'"),
        ("remarks", "'{}'"),
        ("anything", "'null'"),
        ("marks", "'[0,1,2,3,4,5,6,7,8,9,10]'"),
        ("marks", "'{}'"),
        ("measures", """'{"a": -1}'"""),
        ("measures", """'{"a": 1, "b": 1001}'"""),
        ("measures", "'[]'"),
    ],
)
@pytest.mark.usefixtures("museum")
async def test_the_database_rejects_values_that_the_api_rejects(
    museum: Any, specimen_url: str, column: str, value: str
) -> None:
    assert (await museum.post("/specimens", json={"name": "a"})).status_code == 201
    with pytest.raises(psycopg2.errors.CheckViolation):
        run_sql(specimen_url, f"UPDATE specimen SET {column} = {value}")  # noqa: S608 # constants


@pytest.mark.parametrize("annotation", [Nested, Nested | None])
def test_a_column_cannot_store_a_model(annotation: Any) -> None:
    create = create_model("NestingCreate", __base__=SQLModel, nested=annotation)
    with pytest.raises(TypeError, match="Nested is a model, which no column can store"):
        new_class("Nesting", (create, OwnedSpecimen), {"table": True})


def test_enums_are_texts_and_json_is_jsonb_in_the_database() -> None:
    table = specimens.table
    assert not table.c.colour.type.native_enum  # type: ignore[attr-defined]
    assert isinstance(table.c.colour.type, String)
    assert isinstance(table.c.details.type, JSONB)


def test_unique_constraints_and_indexes_begin_with_the_owner() -> None:
    (unique,) = [each for each in shelves.table.constraints if each.name == "uq_shelf_owner_id_name"]
    assert unique is not None
    assert not shelves.table.c.name.unique
    assert "ix_specimen_owner_id_name" in {index.name for index in specimens.table.indexes}


def test_the_create_schema_keeps_its_field_metadata() -> None:
    (metadata,) = [each for each in ShelfCreate.model_fields["name"].metadata if hasattr(each, "unique")]
    assert metadata.unique is True


class Size(StrEnum):
    """A size."""

    SMALL = "S"


def test_an_explicit_column_type_is_not_replaced() -> None:
    class Sized(OwnedSpecimen, table=True):
        """A row with an explicit column type."""

        size: Size = Field(sa_type=Enum(Size, native_enum=False, length=7))

    assert Sized.__table__.c.size.type.length == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("annotation", "settings", "message"),
    [
        (UUID, {"foreign_key": "shelf.name"}, "Wrong.x must be a UUID that refers to shelf.id"),
        (UUID, {"foreign_key": "shelf"}, "Wrong.x must be a UUID that refers to shelf.id"),
        (str, {"foreign_key": "shelf.id"}, "Wrong.x must be a UUID that refers to shelf.id"),
        (
            UUID | None,
            {"foreign_key": "shelf.id", "ondelete": "SET NULL"},
            'Wrong.x: ondelete="SET NULL" would change rows without a new version.* Use RESTRICT, and',
        ),
        (
            UUID | None,
            {"foreign_key": "shelf.id", "ondelete": "SET DEFAULT"},
            "Wrong.x: ondelete must be RESTRICT or CASCADE",
        ),
    ],
)
def test_an_invalid_reference_is_rejected(annotation: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type("Wrong", (OwnedRow,), {"__annotations__": {"x": annotation}, "x": Field(**settings)})
