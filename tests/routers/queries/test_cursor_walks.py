"""A walk over all pages returns each stable row once, while other rows are created, changed and deleted."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from tests.support.specimens import specimens


def members(rng: random.Random) -> dict[str, Any]:
    """Return the members of a specimen whose sort values many others share."""
    number = rng.randrange(4)
    return {
        "name": rng.choice(["a", "B", "ä", "a b"]),
        "kind": f"k{number}",
        "legs": number,
        "serial": str(number * 2**60),
        "rank": -number,
        "weight": number / 8,
        "price": f"{number}.50",
        "found_on": f"2026-01-0{number + 1}",
        "lost_on": rng.choice([None, f"2026-01-0{number + 1}"]),
        "ratio": rng.choice([None, 0.25, 0.5]),
        "seen_at": rng.choice([None, f"2026-01-0{number + 1}T12:00:00Z"]),
        "colour": rng.choice(["red", "pale-blue"]),
        "second_colour": rng.choice([None, "red", "pale-blue"]),
    }


async def create(museum: httpx.AsyncClient, rng: random.Random) -> dict[str, Any]:
    response = await museum.post("/specimens", json=members(rng))
    assert response.status_code == 201
    row: dict[str, Any] = response.json()
    return row


async def churn(
    museum: httpx.AsyncClient, rng: random.Random, rows: list[dict[str, Any]], stop: asyncio.Event
) -> int:
    """Create, change and delete rows until `stop` is set; return the number of operations."""
    count = 0
    while not stop.is_set():
        operation = rng.randrange(3)
        if operation == 0:
            rows.append(await create(museum, rng))
        elif operation == 1:
            row = rng.choice(rows)
            assert (await museum.patch(f"/specimens/{row['id']}", json=members(rng))).is_success
        elif len(rows) > 1:
            row = rows.pop(rng.randrange(len(rows)))
            assert (await museum.delete(f"/specimens/{row['id']}")).status_code == 204
        count += 1
    return count


async def walk(museum: httpx.AsyncClient, sort: str, limit: int) -> list[dict[str, Any]]:
    """Return the rows of all pages."""
    rows: list[dict[str, Any]] = []
    query: dict[str, Any] = {"sort": sort, "limit": limit}
    while True:
        page = (await museum.get("/specimens", params=query)).json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("seed", range(len(specimens.sorts)))
async def test_a_walk_returns_each_stable_row_exactly_once(museum: httpx.AsyncClient, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 # the same choices in every run
    sort = specimens.sorts[seed]
    stable = [await create(museum, rng) for _ in range(25)]
    changing = [await create(museum, rng) for _ in range(10)]
    stop = asyncio.Event()
    churns = [asyncio.ensure_future(churn(museum, rng, changing[n::2], stop)) for n in range(2)]
    rows = await walk(museum, sort, limit=rng.choice([1, 2, 3]))
    stop.set()
    assert sum(await asyncio.gather(*churns)) > 3
    ids = [row["id"] for row in rows]
    assert [ids.count(row["id"]) for row in stable] == [1] * len(stable)
    stable_ids = {row["id"] for row in stable}
    ordered = [row["id"] for row in await walk(museum, sort, limit=100)]
    assert [each for each in ids if each in stable_ids] == [each for each in ordered if each in stable_ids]
