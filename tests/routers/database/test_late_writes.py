"""A write that got 503 does not take effect later."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg2
import pytest

from tests.support.databases import new_pool
from tests.support.fault_proxy import FaultProxy
from tests.support.gadget_applications import client_of, gadget_application
from tests.support.gadgets import OTHER_ID, ROW_ID
from tests.support.sql import run_sql, wait_for_rows

ROWS = "SELECT id::text, name, ready, version FROM gadget ORDER BY id"
GADGET = f"/gadgets/{ROW_ID}"
RUNNING = """
    SELECT 1 FROM pg_stat_activity
    WHERE datname = 'gadgets' AND state = 'active' AND query LIKE 'UPDATE gadget %'
"""
WAITING = f"{RUNNING} AND wait_event_type = 'Lock'"


@pytest.fixture
async def client(proxy: FaultProxy, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with a short timeout."""
    async with client_through(proxy, seconds=1.5) as client:
        yield client


@contextlib.asynccontextmanager
async def client_through(proxy: FaultProxy, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    database = new_pool(proxy.url, seconds)
    async with client_of(gadget_application(database)) as client:
        (await client.put(GADGET, json={"name": "lamp"})).raise_for_status()
        yield client
    await database.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/gadgets", {"name": "old"}),
        ("PUT", GADGET, {"name": "old"}),
        ("PUT", f"/gadgets/{OTHER_ID}", {"name": "old"}),
        ("PATCH", GADGET, {"name": "old"}),
        ("DELETE", GADGET, None),
        ("POST", f"{GADGET}/flip", None),
    ],
)
async def test_a_write_that_reaches_the_database_after_its_503_does_nothing(
    client: httpx.AsyncClient, proxy: FaultProxy, gadget_url: str, method: str, path: str, body: Any
) -> None:
    proxy.hold()
    assert (await client.request(method, path, json=body)).status_code == 503
    run_sql(gadget_url, "UPDATE gadget SET name = 'new', version = 2")
    proxy.heal()
    await proxy.wait_until_unused()
    assert run_sql(gadget_url, ROWS) == [(ROW_ID, "new", False, 2)]
    assert (await client.request(method, path, json=body)).is_success


async def test_a_change_of_the_clock_fails_one_write(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def put() -> int:
        return (await client.put(GADGET, json={"name": "lamp"})).status_code

    assert set(await asyncio.gather(*(put() for _ in range(10)))) == {200}
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() - 3600)
    assert await put() == 503
    assert await asyncio.gather(*(put() for _ in range(10))) == [200] * 10


@pytest.mark.parametrize(
    ("headers", "name"), [({"If-Match": '"1"'}, "new"), ({}, "old")], ids=["If-Match", "unconditional"]
)
async def test_a_late_write_with_if_match_never_overwrites_a_newer_version(
    empty: None, proxy: FaultProxy, gadget_url: str, headers: dict[str, str], name: str
) -> None:
    """It waits for a lock in PostgreSQL when its connection breaks, and gets the lock before its deadline."""
    async with client_through(proxy, seconds=20) as client:
        holder = psycopg2.connect(gadget_url)
        holder.cursor().execute("UPDATE gadget SET name = 'new', version = 2")
        write = asyncio.ensure_future(client.patch(GADGET, json={"name": "old"}, headers=headers))
        await wait_for_rows(1, gadget_url, WAITING)
        proxy.cut()
        assert (await write).status_code == 503
        holder.commit()
        holder.close()
        await wait_for_rows(0, gadget_url, RUNNING)
        assert run_sql(gadget_url, "SELECT name FROM gadget") == [(name,)]
