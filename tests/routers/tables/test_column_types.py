"""From a field to its column."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from routers import OwnedRow
from tests.support.specimens import ShelfCreate, shelves, specimens
from tests.support.sql import run_sql


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
        ("details", "'[]'"),
        ("remarks", "'{}'"),
        ("anything", "'null'"),
    ],
)
@pytest.mark.usefixtures("museum")
async def test_the_database_refuses_what_the_api_refuses(
    museum: Any, specimen_url: str, column: str, value: str
) -> None:
    assert (await museum.post("/specimens", json={"name": "a"})).status_code == 201
    with pytest.raises(psycopg2.errors.CheckViolation):
        run_sql(specimen_url, f"UPDATE specimen SET {column} = {value}")  # noqa: S608 # of ours


def test_choices_and_documents_have_types_that_migrate_well() -> None:
    table = specimens.table
    assert not table.c.colour.type.native_enum  # type: ignore[attr-defined]
    assert isinstance(table.c.colour.type, String)
    assert isinstance(table.c.details.type, JSONB)


def test_unique_and_index_are_the_owners() -> None:
    (unique,) = [each for each in shelves.table.constraints if each.name == "uq_shelf_owner_id_name"]
    assert unique is not None
    assert not shelves.table.c.name.unique
    assert "ix_specimen_owner_id_name" in {index.name for index in specimens.table.indexes}


def test_the_shape_keeps_what_it_says() -> None:
    (said,) = [rule for rule in ShelfCreate.model_fields["name"].metadata if hasattr(rule, "unique")]
    assert said.unique is True


class Size(StrEnum):
    """What size."""

    SMALL = "S"


def test_a_type_of_the_authors_own_is_kept() -> None:
    class Sized(OwnedRow, table=True):
        """A row with a type that was chosen."""

        size: Size = Field(sa_type=String(7))

    assert Sized.__table__.c.size.type.length == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("annotation", "said", "sentence"),
    [
        (UUID, {"foreign_key": "shelf.name"}, "Wrong.x must be a UUID that refers to shelf.id"),
        (str, {"foreign_key": "shelf.id"}, "Wrong.x must be a UUID that refers to shelf.id"),
        (UUID | None, {"foreign_key": "shelf.id", "ondelete": "SET NULL"}, "ondelete is RESTRICT or CASCADE"),
    ],
)
def test_a_reference_that_cannot_be_meant_is_refused(
    annotation: Any, said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        type("Wrong", (OwnedRow,), {"__annotations__": {"x": annotation}, "x": Field(**said)})
