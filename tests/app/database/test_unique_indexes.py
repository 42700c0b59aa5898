"""`make migration` detects unique indexes over expressions, and exclusion constraints of new tables."""

import pytest
from sqlalchemy import Index, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from app import CommandError
from routers import unique_ignoring_case
from tests.support.migrations import NOTHING, apply, create, declare, generate
from tests.support.migrations import text as text_column
from tests.support.sql import run_sql

FIELDS = {"name": text_column(), "starts_on": int, "ends_on": int}

INDEXES = {
    "ignoring case": lambda: unique_ignoring_case("name"),
    "ignoring case, within": lambda: unique_ignoring_case("name", within=["starts_on"]),
    "text": lambda: Index("own", "owner_id", text("lower(name)"), unique=True),
    "partial": lambda: Index("own", "owner_id", unique=True, postgresql_where=text("starts_on > 0")),
}


@pytest.mark.parametrize("index", INDEXES)
def test_a_unique_index_is_created_and_dropped_once(url: str, index: str) -> None:
    before, after = declare(**FIELDS), declare(constraints=(INDEXES[index](),), **FIELDS)
    create(url, before)
    migration = generate(url, after)
    apply(url, migration.upgrade, after)
    assert generate(url, after) == NOTHING
    apply(url, migration.downgrade, before)
    assert generate(url, before) == NOTHING


@pytest.fixture
def btree_gist(url: str) -> None:
    run_sql(url, "CREATE EXTENSION btree_gist")


def overlap(name: str) -> ExcludeConstraint:
    """Declare that periods do not overlap."""
    period = func.int4range(column("starts_on"), column("ends_on"))
    where = column("name") != "100% :free"
    return ExcludeConstraint(("owner_id", "="), (period, "&&"), name=name, where=where)


@pytest.mark.usefixtures("btree_gist")
def test_an_exclusion_constraint_is_part_of_a_new_table(url: str) -> None:
    models = declare(constraints=(overlap("overlap"),), **FIELDS)
    create(url, models)
    assert run_sql(url, "SELECT conname FROM pg_constraint WHERE contype = 'x'") == [("overlap",)]
    assert generate(url, models) == NOTHING


def test_a_missing_extension_of_an_exclusion_constraint_is_named(url: str) -> None:
    models = declare(constraints=(overlap("overlap"),), **FIELDS)
    with pytest.raises(CommandError, match="CREATE EXTENSION IF NOT EXISTS btree_gist"):
        create(url, models)


@pytest.mark.usefixtures("btree_gist")
@pytest.mark.parametrize("name", ["overlap", "Other:overlap"])
def test_an_exclusion_constraint_is_created_and_dropped_in_an_existing_table(url: str, name: str) -> None:
    before, after = declare(name=text_column()), declare(constraints=(overlap(name),), **FIELDS)
    create(url, before)
    migration = generate(url, after)
    apply(url, migration.upgrade, after)
    assert generate(url, after) == NOTHING
    reverse = generate(url, before).upgrade
    assert migration.downgrade[0] == reverse[0]  # before the columns, whose order varies
    definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x'"
    created = run_sql(url, definition)
    apply(url, reverse, before)
    assert generate(url, before) == NOTHING
    apply(url, migration.upgrade, after)
    assert run_sql(url, definition) == created
