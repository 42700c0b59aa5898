"""The promise of a walk over pages, held while rows come, change and go."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from tests.support.specimens import specimens

SEEDS = 18


def members(chance: random.Random) -> dict[str, Any]:
    """A specimen whose sort values are shared by many others."""
    number = chance.randrange(4)
    return {
        "name": chance.choice(["a", "B", "ä", "a b"]),
        "kind": f"k{number}",
        "legs": number,
        "serial": number * 2**60,
        "rank": -number,
        "weight": number / 8,
        "price": f"{number}.50",
        "found_on": f"2026-01-0{number + 1}",
    }


async def create(museum: httpx.AsyncClient, chance: random.Random) -> dict[str, Any]:
    response = await museum.post("/specimens", json=members(chance))
    assert response.status_code == 201
    row: dict[str, Any] = response.json()
    return row


async def churn(
    museum: httpx.AsyncClient, chance: random.Random, rows: list[dict[str, Any]], over: asyncio.Event
) -> int:
    """Create, change and delete rows until it is over; answer how many of these were done."""
    count = 0
    while not over.is_set():
        what = chance.randrange(3)
        if what == 0:
            rows.append(await create(museum, chance))
        elif what == 1:
            row = chance.choice(rows)
            assert (await museum.patch(f"/specimens/{row['id']}", json=members(chance))).is_success
        elif len(rows) > 1:
            row = rows.pop(chance.randrange(len(rows)))
            assert (await museum.delete(f"/specimens/{row['id']}")).status_code == 204
        count += 1
    return count


async def walk(museum: httpx.AsyncClient, sort: str, limit: int) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    query: dict[str, Any] = {"sort": sort, "limit": limit}
    while True:
        page = (await museum.get("/specimens", params=query)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            return seen
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_row_that_stays_is_seen_exactly_once(museum: httpx.AsyncClient, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 # a repeatable choice is wanted
    sort = specimens.sorts[seed % len(specimens.sorts)]
    staying = [await create(museum, chance) for _ in range(25)]
    passing = [await create(museum, chance) for _ in range(10)]
    over = asyncio.Event()
    churning = [asyncio.ensure_future(churn(museum, chance, passing[n::2], over)) for n in range(2)]
    seen = await walk(museum, sort, limit=chance.choice([1, 2, 3, 7]))
    over.set()
    assert sum(await asyncio.gather(*churning)) > 3
    ids = [row["id"] for row in seen]
    assert [ids.count(row["id"]) for row in staying] == [1] * len(staying)
    column, stay = sort.removeprefix("-"), {row["id"] for row in staying}
    keys = [
        (float(row[column]) if column == "price" else row[column], row["id"])
        for row in seen
        if row["id"] in stay
    ]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
