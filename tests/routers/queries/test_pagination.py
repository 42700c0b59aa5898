"""Keyset pagination returns every row once, in a total order, whatever is created or deleted meanwhile."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers.queries.pagination import Cursor
from tests.support.gadgets import gadgets
from tests.support.sql import run_sql

SORTS = list(gadgets.sorts)
ORDERS = {str(order): order for order in gadgets.orders}
(PATTERN,) = (
    each["pattern"]
    for each in gadgets.page_schema.model_json_schema()["properties"]["next_cursor"]["anyOf"]
    if "pattern" in each
)


def seed(url: str, count: int, owner: str = "ann", *, ties: int = 3) -> None:
    """Insert rows; groups of `ties` share their timestamps."""
    run_sql(
        url,
        f"INSERT INTO gadget (owner_id, id, name, ready, created_at, updated_at) "  # noqa: S608 # constants
        f"SELECT '{owner}', gen_random_uuid(), 'g' || n, n % 2 = 0, "
        f"'2026-01-01Z'::timestamptz + n / {ties} * '1s'::interval, "
        f"'2026-01-01Z'::timestamptz - n / {ties} * '1s'::interval FROM generate_series(1, {count}) n",
    )


async def walk(client: httpx.AsyncClient, **query: Any) -> list[list[dict[str, Any]]]:
    """Return all pages."""
    pages = []
    while True:
        page = (await client.get("/gadgets", params=query)).json()
        pages.append(page["items"])
        if page["next_cursor"] is None:
            return pages
        assert re.fullmatch(PATTERN, page["next_cursor"])
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 2, 7, 20, 100])
async def test_a_walk_returns_every_row_once_in_a_total_order(
    client: httpx.AsyncClient, gadget_url: str, sort: str, limit: int
) -> None:
    seed(gadget_url, 20)
    seed(gadget_url, 5, owner="bob")
    pages = await walk(client, sort=sort, limit=limit)
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    rows = [row for page in pages for row in page]
    assert len({row["id"] for row in rows}) == len(rows) == 20
    column = sort.removeprefix("-")
    ordered = sorted(rows, key=lambda row: (row[column], row["id"]), reverse=sort.startswith("-"))
    assert rows == ordered


async def test_the_newest_rows_are_first_by_default(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 60)
    page = (await client.get("/gadgets")).json()
    assert len(page["items"]) == 50
    assert page == (await client.get("/gadgets", params={"sort": "-created_at", "limit": 50})).json()


async def test_a_full_last_page_has_no_next_cursor(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 10)
    assert (await client.get("/gadgets?limit=10")).json()["next_cursor"] is None
    assert (await client.get("/gadgets?limit=9")).json()["next_cursor"] is not None


async def test_a_walk_can_have_filters(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 20)
    rows = [row for page in await walk(client, ready="true", limit=3) for row in page]
    assert len(rows) == 10
    assert all(row["ready"] for row in rows)


async def test_the_order_of_a_cursor_overrides_sort(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 9)
    page = (await client.get("/gadgets?sort=created_at&limit=4")).json()
    without_sort = await client.get("/gadgets", params={"cursor": page["next_cursor"]})
    with_sort = await client.get("/gadgets", params={"cursor": page["next_cursor"], "sort": "-updated_at"})
    assert without_sort.json() == with_sort.json()
    times = [row["created_at"] for row in page["items"] + without_sort.json()["items"]]
    assert len(times) == 9
    assert times == sorted(times)


async def test_a_cursor_is_valid_after_its_row_is_deleted(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 6)
    first = (await client.get("/gadgets?limit=3")).json()
    rest = (await client.get("/gadgets", params={"cursor": first["next_cursor"]})).json()
    await client.delete(f"/gadgets/{first['items'][-1]['id']}")
    assert (await client.get("/gadgets", params={"cursor": first["next_cursor"]})).json() == rest


async def test_a_walk_returns_every_remaining_row_while_others_are_created_and_deleted(
    client: httpx.AsyncClient, gadget_url: str
) -> None:
    seed(gadget_url, 30)
    remaining = {row["id"] for page in await walk(client) for row in page if not row["ready"]}
    deleted = [row["id"] for page in await walk(client) for row in page if row["ready"]]
    ids: list[str] = []
    query: dict[str, Any] = {"limit": 4, "sort": "created_at"}
    while True:
        page = (await client.get("/gadgets", params=query)).json()
        ids += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        await client.delete(f"/gadgets/{deleted.pop()}")
        await client.post("/gadgets", json={"name": "new"})
    assert len(ids) == len(set(ids))
    assert remaining <= set(ids)


async def test_a_cursor_of_another_owner_reveals_no_rows(client: httpx.AsyncClient, gadget_url: str) -> None:
    seed(gadget_url, 6)
    cursor = (await client.get("/gadgets?limit=3")).json()["next_cursor"]
    response = await client.get("/gadgets", params={"cursor": cursor}, headers={"Owner": "bob"})
    assert response.json() == {"items": [], "next_cursor": None}


@given(st.from_regex(PATTERN, fullmatch=True))
def test_every_cursor_that_matches_the_pattern_is_a_position(text: str) -> None:
    cursor = Cursor.parse(text, ORDERS)
    assert Cursor.parse(str(cursor), ORDERS) == cursor


TIMES = st.datetimes(datetime(900, 1, 1), datetime(3183, 1, 1))  # noqa: DTZ001 # UTC is added
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(st.sampled_from(SORTS), TIMES, NAMES, st.uuids())
def test_the_cursor_of_every_position_matches_the_pattern(
    sort: str, time: datetime, name: str, row_id: UUID
) -> None:
    key = name if "name" in sort else time.replace(tzinfo=UTC)
    cursor = Cursor(ORDERS[sort], (key,), row_id)
    assert re.fullmatch(PATTERN, str(cursor))
    assert Cursor.parse(str(cursor), ORDERS) == cursor


def test_a_cursor_includes_microseconds() -> None:
    key = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    cursor = Cursor(ORDERS["-created_at"], (key,), UUID(int=1))
    assert Cursor.parse(str(cursor), ORDERS).keys == (key,)


async def test_text_is_sorted_by_code_point(client: httpx.AsyncClient) -> None:
    names = ["a", "B", "b", "A", "ä", "Z", "z", "é", "e\u0301", "😀", "\uffee", "a b", "a-b", "aB", "10", "9"]
    for name in names:
        await client.post("/gadgets", json={"name": name})
    for sort, expected in (("name", sorted(names)), ("-name", sorted(names, reverse=True))):
        rows = [row for page in await walk(client, sort=sort, limit=3) for row in page]
        assert [row["name"] for row in rows] == expected


@pytest.mark.parametrize("key", ["", "ff", "00", "c3", "eda080", "f09f98"])
async def test_a_cursor_of_no_row_is_accepted(client: httpx.AsyncClient, key: str) -> None:
    cursor = f"name.{key}{'0' * 32}"
    assert (await client.get("/gadgets", params={"cursor": cursor})).status_code == 200
