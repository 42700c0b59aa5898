"""Statements sent without a layer in between."""

import asyncio
import socket
from datetime import UTC
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Enum, String, bindparam, cast, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, StatementError
from sqlmodel import col

from routers import Database, OwnerId, Scope
from routers.database.connection import wait_ready
from routers.database.statement import compile_statement
from tests.routers.queries.test_statements import ID
from tests.support.databases import new_pool
from tests.support.gadgets import Gadget, GadgetRead, gadgets
from tests.support.specimens import specimens
from tests.support.sql import run_sql

LONG = select(func.length(bindparam("sent", type_=String)))


def test_a_statement_is_compiled_once() -> None:
    assert compile_statement(gadgets.statements.get) is compile_statement(gadgets.statements.get)


async def test_a_value_that_is_missing_is_named(database: Database) -> None:
    with pytest.raises(StatementError, match=r"A value is missing for row_id, scope_owner\."):
        await database.fetch(gadgets.statements.get, {})


async def test_more_than_the_line_takes_at_once_arrives(database: Database) -> None:
    sent = "x" * 8_000_000
    assert await database.fetch(LONG, {"sent": sent}) == [(8_000_000,)]


async def test_a_line_that_is_ready_in_both_directions_is_ready() -> None:
    here, there = socket.socketpair()
    there.send(b"x")
    with here, there:
        await asyncio.wait_for(wait_ready(here.fileno(), writing=True), 5)


async def test_columns_have_the_defaults_of_the_table(specimen_database: Database, region: str) -> None:
    row = {"owner_id": "ann", "id": uuid4(), "name": "a", "pending": True}
    statement = insert(specimens.table).values(**row)
    table = specimens.table.c
    ((legs, details, colour),) = await specimen_database.fetch(
        statement.returning(table.legs, table.details, table.colour), {}
    )
    assert (legs, details, colour) == (0, {}, "red")


async def test_a_copy_is_refused_and_ends(database: Database) -> None:
    with pytest.raises(DBAPIError, match="COPY is not run here"):
        await asyncio.wait_for(database.fetch(text("COPY (SELECT 1) TO STDOUT"), {}), 5)
    assert await database.fetch(text("SELECT 1"), {}) == [(1,)]


async def test_an_enum_of_the_database_is_read(database: Database, gadget_url: str) -> None:
    run_sql(gadget_url, "DROP TYPE IF EXISTS shade; CREATE TYPE shade AS ENUM ('dark', 'light')")
    shade: Any = Enum("dark", "light", name="shade")
    assert await database.fetch(select(cast("dark", shade)), {}) == [("dark",)]


async def test_a_refusal_is_told_apart_by_its_kind(database: Database, empty: None) -> None:
    values: dict[str, Any] = {"scope_owner": "ann", "row_id": ID, "new__name": None}
    with pytest.raises(IntegrityError) as refused:
        await database.fetch(gadgets.statements.create(frozenset({"name"})), values)
    assert getattr(refused.value.orig, "sqlstate", None) == "23502"
    with pytest.raises(ProgrammingError, match="nonsense"):
        await database.fetch(text("SELECT nonsense"), {})
    assert await database.fetch(text("SELECT 1"), {}) == [(1,)]


async def test_times_come_back_in_utc_whatever_the_session_says(gadget_url: str, empty: None) -> None:
    database = new_pool(f"{gadget_url}&options=-c%20timezone%3DAsia/Tokyo")
    scope: Scope[GadgetRead] = Scope(gadgets, OwnerId("ann"), database)
    assert (await scope.create(name="lamp")).created_at.tzinfo is UTC
    await database.close()


async def test_a_list_of_values_in_an_expression_is_taken(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="lamp")
    for names, is_one in ((["lamp", "desk"], True), (["desk"], False), (["lamp"], True)):
        assert (await scope.update(row.id, ready=col(Gadget.name).in_(names))).ready is is_one


async def test_one_statement_serves_expressions_that_differ_in_their_values(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a")
    for added in ("b", "c", "d"):
        row = await scope.update(row.id, name=col(Gadget.name) + added, note=f"note {added}")
    assert (row.name, row.note, row.version) == ("abcd", "note d", 4)
    rows = await asyncio.gather(*(scope.update(row.id, name=col(Gadget.name) + "x") for _ in range(5)))
    assert max(row.name for row in rows) == "abcdxxxxx"
