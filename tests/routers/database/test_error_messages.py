"""Messages of database errors reach the logs, so they contain no values."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from routers import Database
from tests.support.gadgets import ROW_ID

SECRET = "private-value"  # noqa: S105 # no password
INSERT = text(
    "INSERT INTO gadget (owner_id, id, name, ready) "
    "VALUES (:owner, cast(:id AS uuid), :name, true) RETURNING id"
)
VIOLATIONS: list[dict[str, Any]] = [
    {"owner": SECRET, "id": ROW_ID, "name": ""},
    {"owner": SECRET, "id": ROW_ID, "name": SECRET * 10},
    {"owner": SECRET, "id": SECRET, "name": "lamp"},
]


async def alone(database: Database, values: dict[str, Any]) -> None:
    await database.fetch(INSERT, values)


async def in_a_transaction(database: Database, values: dict[str, Any]) -> None:
    async with database.transaction() as connection:
        await database.fetch_on(connection, INSERT, values)


async def in_a_session(database: Database, values: dict[str, Any]) -> None:
    async with database.session() as session:
        await session.execute(INSERT, values)


@pytest.mark.parametrize("run", [alone, in_a_transaction, in_a_session])
@pytest.mark.parametrize("values", VIOLATIONS, ids=["a failed check", "a long value", "an invalid value"])
async def test_the_message_of_a_database_error_contains_no_values(
    database: Database, empty: None, run: Any, values: dict[str, Any]
) -> None:
    with pytest.raises(DBAPIError) as raised:
        await run(database, values)
    error: BaseException | None = raised.value
    while error is not None:
        assert SECRET not in str(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("run", [alone, in_a_transaction, in_a_session])
async def test_the_message_of_a_unique_violation_contains_no_values(
    database: Database, empty: None, run: Any
) -> None:
    values = {"owner": SECRET, "id": ROW_ID, "name": "lamp"}
    await database.fetch(INSERT, values)
    with pytest.raises(DBAPIError, match="duplicate key") as raised:
        await run(database, values)
    assert SECRET not in f"{raised.value}{raised.value.orig}"


async def test_the_message_about_a_missing_parameter_names_it(database: Database) -> None:
    with pytest.raises(StatementError, match="name"):
        async with database.transaction() as connection:
            await database.fetch_on(connection, text("SELECT :name"), {"owner": SECRET})


async def test_a_statement_of_a_session_without_its_parameter_is_rejected(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(StatementError, match="A value is required for bind parameter 'name'"):
            await session.execute(text("SELECT :name"))
