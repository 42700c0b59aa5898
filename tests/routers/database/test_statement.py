"""Statements are executed through libpq with the conversions that SQLAlchemy defines."""

import asyncio
import socket
from datetime import UTC
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Enum, String, bindparam, cast, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, StatementError
from sqlmodel import col

from routers import Database, OwnerId, Scope, UnitOfWork
from routers.database.connection import wait_ready
from tests.support.databases import new_pool
from tests.support.gadgets import ROW_ID, Gadget, GadgetRead, gadgets
from tests.support.specimens import specimens
from tests.support.sql import run_sql

LENGTH = select(func.length(bindparam("value", type_=String)))


async def test_a_missing_parameter_raises_an_error_with_its_name(database: Database) -> None:
    with pytest.raises(StatementError, match=r"A value is missing for row_id, scope_owner\."):
        await database.fetch(gadgets.statements.get, {})


async def test_a_parameter_that_exceeds_the_buffer_of_the_socket_is_sent_completely(
    database: Database,
) -> None:
    assert await database.fetch(LENGTH, {"value": "x" * 8_000_000}) == [(8_000_000,)]


async def test_wait_ready_returns_for_a_socket_that_is_readable_and_writable() -> None:
    here, there = socket.socketpair()
    there.send(b"x")
    with here, there:
        await asyncio.wait_for(wait_ready(here.fileno(), writing=True), 5)


async def test_omitted_columns_get_the_defaults_of_the_table(
    specimen_database: Database, region: str
) -> None:
    row = {"owner_id": "ann", "id": uuid4(), "name": "a", "pending": True}
    statement = insert(specimens.table).values(**row)
    table = specimens.table.c
    ((legs, details, colour),) = await specimen_database.fetch(
        statement.returning(table.legs, table.details, table.colour), {}
    )
    assert (legs, details, colour) == (0, {}, "red")


async def test_copy_raises_and_the_next_statement_succeeds(database: Database) -> None:
    with pytest.raises(DBAPIError, match="COPY and empty statements are not supported here"):
        await asyncio.wait_for(database.fetch(text("COPY (SELECT 1) TO STDOUT"), {}), 5)
    assert await database.fetch(text("SELECT 1"), {}) == [(1,)]


async def test_a_native_enum_is_read_as_text(database: Database, gadget_url: str) -> None:
    run_sql(gadget_url, "DROP TYPE IF EXISTS shade; CREATE TYPE shade AS ENUM ('dark', 'light')")
    shade: Any = Enum("dark", "light", name="shade")
    assert await database.fetch(select(cast("dark", shade)), {}) == [("dark",)]


async def test_database_errors_are_raised_with_the_class_of_their_sqlstate(
    database: Database, empty: None
) -> None:
    values: dict[str, Any] = {"scope_owner": "ann", "row_id": ROW_ID, "new__name": None}
    with pytest.raises(IntegrityError) as error:
        await database.fetch(gadgets.statements.create(frozenset({"name"})), values)
    assert getattr(error.value.orig, "sqlstate", None) == "23502"
    with pytest.raises(ProgrammingError, match="nonsense"):
        await database.fetch(text("SELECT nonsense"), {})
    assert await database.fetch(text("SELECT 1"), {}) == [(1,)]


async def test_timestamps_are_in_utc_whatever_the_time_zone_of_the_session(
    gadget_url: str, empty: None
) -> None:
    database = new_pool(f"{gadget_url}&options=-c%20timezone%3DAsia/Tokyo")
    scope: Scope[GadgetRead] = Scope(gadgets, OwnerId("ann"), UnitOfWork(database))
    assert (await scope.create(name="lamp")).created_at.tzinfo is UTC
    await database.close()


async def test_an_expression_with_a_list_of_values_is_executed(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    for names, is_one in ((["lamp", "desk"], True), (["desk"], False), (["lamp"], True)):
        assert (await scope.update(row.id, ready=col(Gadget.name).in_(names))).ready is is_one


async def test_expressions_that_differ_in_their_values_are_each_executed_with_their_own(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a")
    for suffix in ("b", "c", "d"):
        row = await scope.update(row.id, name=col(Gadget.name) + suffix, note=f"note {suffix}")
    assert (row.name, row.note, row.version) == ("abcd", "note d", 4)
    rows = await asyncio.gather(*(scope.update(row.id, name=col(Gadget.name) + "x") for _ in range(5)))
    assert max(row.name for row in rows) == "abcdxxxxx"
