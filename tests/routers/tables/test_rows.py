"""Tables have the constraints that their fields declare."""

import psycopg2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.orm import configure_mappers

from tests.support.gadgets import Gadget
from tests.support.labels import labels
from tests.support.specimens import regions, shelves, specimens
from tests.support.sql import run_sql
from tests.support.tables import METADATA, OwnedSpecimen, PublicSpecimen


def insert(url: str, name: str, note: str = "note") -> None:
    run_sql(
        url,
        "INSERT INTO gadget (owner_id, id, name, note, ready)"  # noqa: S608 # constants
        f" VALUES ('ann', gen_random_uuid(), U&'{name}', '{note}', false)",
    )


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("name", ["x", "x" * 20, " x ", r"\+01F600", r"\00e9\3000x"])
def test_the_database_accepts_texts_that_the_api_accepts(gadget_url: str, name: str) -> None:
    insert(gadget_url, name)


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("", "note"),
        (" ", "note"),
        (r"\3000\00a0", "note"),
        (r"a\000ab", "note"),
        (r"a\0085b", "note"),
        ("x", "n"),
    ],
)
def test_the_database_rejects_texts_that_the_api_rejects(gadget_url: str, name: str, note: str) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation):
        insert(gadget_url, name, note)


@pytest.mark.usefixtures("empty")
def test_the_database_rejects_a_text_that_is_too_long(gadget_url: str) -> None:
    with pytest.raises(psycopg2.errors.StringDataRightTruncation):
        insert(gadget_url, "x" * 21)


def test_the_primary_key_and_the_indexes_begin_with_the_owner() -> None:
    table = Gadget.__table__  # type: ignore[attr-defined]
    assert [column.name for column in table.primary_key] == ["owner_id", "id"]
    assert [[column.name for column in index.columns] for index in table.indexes] == [
        ["owner_id", "created_at", "id"]
    ]


def test_alembic_sees_no_difference_between_created_and_declared_tables(specimen_url: str) -> None:
    tables = {each.table.name for each in (regions, shelves, specimens, labels)}
    engine = create_engine(specimen_url.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in tables,
                "include_object": lambda _, name, kind, *_others: kind != "table" or name in tables,
            },
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    assert all(not each.table.info for each in (regions, shelves, specimens, labels))


def test_two_models_of_one_table_are_rejected() -> None:
    with pytest.raises(TypeError, match="Second and First have the same table: rename one"):
        _declare_twice()


def _declare_twice() -> None:
    class First(OwnedSpecimen, table=True):
        __tablename__ = "declared_twice"

    class Second(PublicSpecimen, table=True):
        __tablename__ = "declared_twice"
        __table_args__ = {"extend_existing": True}  # noqa: RUF012 # as SQLAlchemy writes it

    configure_mappers()
