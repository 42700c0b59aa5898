"""Constraints of existing rows are validated after the migration, and nothing stops writers for long."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg2
import pytest
from sqlmodel import Field

from app import CommandError
from tests.support.migrations import (
    NOTHING,
    Colour,
    MoreColours,
    apply,
    change,
    create,
    declare,
    generate,
    own,
    text,
    validate,
)
from tests.support.processes import wait_until
from tests.support.sql import run_sql

VALIDATING = """
    SELECT 1 FROM pg_stat_activity
    WHERE query LIKE 'ALTER TABLE parcel VALIDATE%' AND wait_event = 'advisory'
"""
LOCKS = """
    SELECT mode FROM pg_locks
    WHERE relation = 'parcel'::regclass AND granted
        AND pid IN (SELECT pid FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%')
"""


@pytest.fixture
def add(url: str) -> Callable[[str], None]:
    def insert(x: str) -> None:
        run_sql(url, f"INSERT INTO parcel (owner_id, id, x) VALUES ('ann', gen_random_uuid(), '{x}')")  # noqa: S608

    return insert


def test_no_row_is_checked_while_the_table_is_locked(url: str, caplog: pytest.LogCaptureFixture) -> None:
    before, after = declare(x=Colour), declare(x=MoreColours)
    create(url, before)
    migration = generate(url, after)
    caplog.set_level(logging.INFO, "sqlalchemy.dialects.postgresql")
    url += "&options=-cclient_min_messages%3Ddebug1"
    change(url, migration.upgrade, after)
    assert not re.search("verifying|rewriting", caplog.text)
    validate(url, after)
    assert "verifying table" in caplog.text


def test_rows_that_violate_a_new_constraint_are_reported_and_kept(
    url: str, add: Callable[[str], None]
) -> None:
    before, after = declare(x=text()), declare(x=text(min_length=2), constraints=own("x <> 'c'"))
    create(url, before)
    add("a")
    with pytest.raises(CommandError) as error:
        apply(url, generate(url, after).upgrade, after)
    assert str(error.value) == (
        "The schema is migrated, but existing rows violate ck_parcel_x_min_length of parcel, "
        "CHECK ((char_length((x)::text) >= 2)): correct them, then migrate again."
    )
    assert generate(url, after) == NOTHING
    with pytest.raises(psycopg2.errors.CheckViolation):
        add("b")
    run_sql(url, "UPDATE parcel SET x = 'aa'")
    validate(url, after)
    assert run_sql(url, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == [(0,)]


def test_rows_that_do_not_fit_a_shorter_column_are_reported_and_kept(
    url: str, add: Callable[[str], None]
) -> None:
    before, after = declare(x=Colour), declare(x=MoreColours)
    create(url, before)
    migration = generate(url, after)
    apply(url, migration.upgrade, after)
    add("violet")
    with pytest.raises(CommandError) as error:
        apply(url, migration.downgrade, before)
    assert str(error.value) == (
        "Nothing was migrated, because existing rows do not fit the new schema: correct them, then migrate "
        "again (value too long for type character varying(4))."
    )
    assert run_sql(url, "SELECT x FROM parcel") == [("violet",)]
    assert generate(url, after) == NOTHING


def test_a_failure_is_reported_without_values_of_rows(url: str, add: Callable[[str], None]) -> None:
    metadata = declare(x=text())
    create(url, metadata)
    add("private-value")
    with pytest.raises(CommandError, match=r"then migrate again \(InvalidTextRepresentation\)\.$"):
        change(url, ["op.execute('SELECT CAST(x AS int) FROM parcel')"], metadata)


def test_a_condition_that_fails_for_existing_rows_is_a_violation(
    url: str, add: Callable[[str], None]
) -> None:
    before, after = declare(x=int), declare(x=int, constraints=own("10 / x > 0"))
    create(url, before)
    add("0")
    with pytest.raises(
        CommandError, match=r"existing rows violate ck_parcel_own of parcel, CHECK \(\(\(10 / x"
    ):
        apply(url, generate(url, after).upgrade, after)


def test_a_constraint_that_is_declared_as_not_valid_is_not_validated(
    url: str, add: Callable[[str], None]
) -> None:
    before = declare(x=text())
    after = declare(x=text(), constraints=own("x <> 'a'", postgresql_not_valid=True))
    create(url, before)
    add("a")
    apply(url, generate(url, after).upgrade, after)
    assert run_sql(url, "SELECT conname FROM pg_constraint WHERE NOT convalidated") == [("ck_parcel_own",)]
    assert generate(url, after) == NOTHING


def test_a_new_foreign_key_is_validated_after_the_migration(url: str) -> None:
    target = (UUID | None, Field(foreign_key="parcel.id"))
    before, after = declare(x=UUID | None), declare(x=target)
    create(url, before)
    migration = generate(url, after)
    assert "postgresql_not_valid=True" in str(migration)
    run_sql(url, "INSERT INTO parcel (owner_id, id, x) VALUES ('ann', gen_random_uuid(), gen_random_uuid())")
    with pytest.raises(
        CommandError, match="existing rows violate fk_parcel_owner_id_x_parcel of parcel, FOREIGN"
    ):
        apply(url, migration.upgrade, after)
    run_sql(url, "UPDATE parcel SET x = id")
    validate(url, after)
    assert run_sql(url, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == [(0,)]


def test_writers_proceed_while_existing_rows_are_validated(url: str, add: Callable[[str], None]) -> None:
    before, after = declare(x=text()), declare(x=text(), constraints=own("x <> 'old' OR held()"))
    create(url, before)
    add("old")
    run_sql(
        url,
        "CREATE FUNCTION held() RETURNS boolean LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN true; END'",
    )
    with psycopg2.connect(url) as holder, ThreadPoolExecutor(1) as pool:
        holder.cursor().execute("SELECT pg_advisory_xact_lock(7)")
        migration = pool.submit(apply, url, generate(url, after).upgrade, after)
        try:
            wait_until(lambda: bool(run_sql(url, VALIDATING)), lambda: "no row is validated")
            assert run_sql(url, LOCKS) == [("ShareUpdateExclusiveLock",)]
            run_sql(
                url,
                "SET lock_timeout = '10s';"
                "INSERT INTO parcel (owner_id, id, x) VALUES ('ann', gen_random_uuid(), 'new');"
                "UPDATE parcel SET x = 'newer' WHERE x = 'new';"
                "DELETE FROM parcel WHERE x = 'newer'",
            )
            assert not migration.done()
        finally:
            holder.rollback()
        migration.result()
    holder.close()
    assert run_sql(url, "SELECT convalidated FROM pg_constraint WHERE conname = 'ck_parcel_own'") == [(True,)]


def test_a_migration_does_not_wait_for_long_behind_a_transaction_that_uses_the_table(url: str) -> None:
    before, after = declare(x=int), declare(x=(int, Field(ge=1)))
    create(url, before)
    migration = generate(url, after)
    with psycopg2.connect(url) as other, ThreadPoolExecutor(1) as pool:
        other.cursor().execute("SELECT * FROM parcel")
        attempt = pool.submit(change, url, migration.upgrade, after)
        try:
            with pytest.raises(CommandError) as error:
                attempt.result(30)
        finally:
            other.rollback()
    other.close()
    assert str(error.value) == (
        "Nothing was migrated, because another transaction uses a table for over 2 seconds: migrate again "
        "after it (canceling statement due to lock timeout)."
    )
    apply(url, migration.upgrade, after)
