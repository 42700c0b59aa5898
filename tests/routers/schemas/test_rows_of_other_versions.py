"""Rows that this version would not write: responses show them, and writes succeed."""

import json
import math
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from routers import (
    Database,
    OwnerId,
    OwnerRows,
    RowId,
    Scope,
    UnitOfWork,
    resource_router,
)
from tests.support.databases import new_pool
from tests.support.fruits import (
    NULLABLE,
    Fruit,
    FruitRead,
    change,
    create_fruits,
    exporting,
    fruits,
    prices,
)
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import access
from tests.support.sql import run_sql

FIRST_TIME, LAST_TIME = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
MAX_FLOAT = 1.7976931348623157e308


@pytest.fixture(scope="session")
def url(gadget_url: str) -> str:
    create_fruits(gadget_url)
    return gadget_url


@pytest.fixture(params=["UTC", "Asia/Kathmandu", "America/St_Johns"])
async def database(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Database]:
    run_sql(url, "TRUNCATE fruit, price")
    database = new_pool(f"{url}&options=-c%20TimeZone%3D{request.param}")
    yield database
    await database.close()


@pytest.fixture
def client(database: Database) -> httpx.AsyncClient:
    router = resource_router(fruits, access)
    scope = Annotated[Scope[FruitRead], router.scope]

    @router.post("/{fruit_id}/rank")
    async def rank_fruit(fruit_id: RowId, rows: scope) -> list[FruitRead]:
        """Rank a fruit."""
        return [await rows.update(fruit_id, count=Fruit.count)]

    return unchecked_client_of(application_of(router, database))


@pytest.fixture
def price_client(database: Database) -> httpx.AsyncClient:
    return unchecked_client_of(application_of(resource_router(prices, access), database))


STORED: dict[str, tuple[str, Any]] = {
    "an unknown value of an enum": ("colour = 'mauve'", "mauve"),
    "an unknown name of an enum": ("taste = 'SOUR'", "SOUR"),
    "infinity as a date": ("ripe_on = 'infinity'", "9999-12-31"),
    "-infinity as a date": ("ripe_on = '-infinity'", "0001-01-01"),
    "a date after 9999": ("ripe_on = '12000-02-03'", "9999-12-31"),
    "a date before 1": ("ripe_on = '0044-03-15 BC'", "0001-01-01"),
    "null where it is not declared": ("ripe_on = NULL", None),
    "infinity as a timestamp": ("sold_at = 'infinity'", LAST_TIME),
    "-infinity as a timestamp": ("sold_at = '-infinity'", FIRST_TIME),
    "a timestamp after 9999": ("sold_at = '10000-01-01 03:00:00Z'", LAST_TIME),
    "a timestamp before 1": ("sold_at = '0001-12-31 21:00:00Z BC'", FIRST_TIME),
    "the first timestamp": (f"sold_at = '{FIRST_TIME}'", FIRST_TIME),
    "the last timestamp": (f"sold_at = '{LAST_TIME}'", LAST_TIME),
    "infinity as a float": ("weight = 'infinity'", MAX_FLOAT),
    "-infinity as a float": ("weight = '-infinity'", -MAX_FLOAT),
    "NaN": ("weight = 'NaN'", MAX_FLOAT),
    "NaN in a nullable column": ("length = 'NaN'", MAX_FLOAT),
    "an integer beyond its bound": ("rank = 9223372036854775807", 2**63 - 1),
    "an integer beyond 32 bits": ("rank = -3000000000", -3_000_000_000),
    "a text that is too long": ("name = 'abcdefgh'", "abcdefgh"),
    "control characters": ("name = E'\\t\\u0085'", "\t\x85"),
    "numbers of JSON that are too large": (
        'facts = \'{"a": 1e30, "b": -1e400}\'',
        {"a": 10**30, "b": -(10**400)},
    ),
    "JSON of another type": ("facts = '[\"a\", null]'", ["a", None]),
}
rows_of_other_versions = pytest.mark.parametrize(("stored", "shown"), STORED.values(), ids=STORED)


# FastAPI serializes the list of the custom route, and Pydantic warns of values of other types.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@rows_of_other_versions
async def test_each_response_shows_a_row_of_another_version(
    client: httpx.AsyncClient, url: str, stored: str, shown: object
) -> None:
    member = stored.partition(" ")[0]
    created = await client.post("/fruits", json={})
    assert created.status_code == 201, created.text
    path = created.headers["location"]
    change(url, "fruit", stored)
    shown_row = (await client.get(path)).json()
    assert shown_row[member] == shown
    assert (await client.get("/fruits")).json()["items"] == [shown_row]
    other = "count" if member != "count" else "rank"
    patched = await client.patch(path, json={other: 2})
    assert (patched.status_code, patched.json()[member], patched.json()[other]) == (200, shown, 2)
    ranked = await client.post(f"{path}/rank")
    assert (ranked.status_code, ranked.json()[0][member]) == (200, shown)


@rows_of_other_versions
async def test_an_export_and_fastcrud_read_a_row_of_another_version(
    database: Database, url: str, stored: str, shown: object
) -> None:
    scope: Scope[FruitRead] = Scope(fruits, OwnerId("ann"), UnitOfWork(database))
    row = await scope.create()
    change(url, "fruit", stored)
    member = stored.partition(" ")[0]
    with exporting(url).connect() as connection:
        (exported,) = OwnerRows({"fruits": fruits}, OwnerId("ann"), connection).read("fruits")
    assert json.loads(exported)[member] == shown
    assert (await scope.crud.get(id=row.id))["id"] == row.id
    (selected,) = await scope.select(select(Fruit))
    async with scope.transaction():
        assert getattr(await scope.get(row.id), member) == getattr(selected, member)


ORDERS: dict[str, list[str]] = {
    "ripe_on": [
        "-infinity",
        "4000-01-01 BC",
        "0044-03-15 BC",
        "0001-01-01",
        "9999-12-31",
        "12000-01-01",
        "infinity",
    ],
    "sold_at": [
        "-infinity",
        "0044-03-15 BC",
        FIRST_TIME,
        LAST_TIME,
        "10000-01-01",
        "12000-01-01",
        "infinity",
    ],
    "weight": [
        "-infinity",
        "-1.7976931348623157e308",
        "0",
        "1.7976931348623157e308",
        "infinity",
        "NaN",
        "NaN",
    ],
    "rank": ["-9223372036854775808", "-3000000000", "0", "3000000000", "9223372036854775807"],
    "name": ["", "\t", "abc", "abcdefgh", "abcdefghi", "b" * 200],
    "colour": ["red", "mauve", "azure"],
}
ORDERS |= {column: ORDERS[other] for column, other in NULLABLE.items()}
AMOUNTS = ["-Infinity", "-123456.789", "-99.99", "1.001", "1.002", "1e20", "Infinity", "NaN", "NaN"]


@pytest.mark.parametrize("column", ORDERS)
async def test_a_walk_over_rows_of_other_versions_returns_each_once(
    client: httpx.AsyncClient, url: str, column: str
) -> None:
    await check_walks(client, url, "fruit", column, ORDERS[column])


@pytest.mark.parametrize("column", ["amount", "discount"])
async def test_a_walk_over_decimals_of_other_versions_returns_each_once(
    price_client: httpx.AsyncClient, url: str, column: str
) -> None:
    await check_walks(price_client, url, "price", column, AMOUNTS)


async def check_walks(
    client: httpx.AsyncClient, url: str, table: str, column: str, values: list[str]
) -> None:
    ids = []
    for value in values:
        ids.append((await client.post(f"/{table}s", json={})).json()["id"])
        change(url, table, f"{column} = '{value}' WHERE id = '{ids[-1]}'")
    for sign in ("", "-"):
        walked, query = [], {"sort": sign + column, "limit": "1"}
        for _ in ids:
            page = (await client.get(f"/{table}s", params=query)).json()
            walked += [row["id"] for row in page["items"]]
            query = {"cursor": page["next_cursor"], "limit": "1"}
        assert page["next_cursor"] is None
        assert walked == (ids[::-1] if sign else ids)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("amount = 'NaN'", "99.99"),
        ("amount = '-Infinity'", "-99.99"),
        ("amount = 123456.789", "99.99"),
        ("amount = 1.005", "1.00"),
        ("amount = NULL", None),
        ("discount = 'NaN'", "0.99"),
        ("discount = -0.5", "0.00"),
        ("units = NULL", None),
        ("units = -5", "-5"),
        ("colour = 'mauve'", "mauve"),
        ("colour = NULL", None),
        ("since = 'infinity'", "9999-12-31"),
    ],
)
async def test_values_in_strings_are_shown_in_their_format(
    price_client: httpx.AsyncClient, url: str, stored: str, shown: object
) -> None:
    path = (await price_client.post("/prices", json={})).headers["location"]
    change(url, "price", stored)
    member = stored.partition(" ")[0]
    other = "since" if member != "since" else "colour"
    patched = await price_client.patch(path, json={other: "2026-02-02" if other == "since" else "red"})
    listed = await price_client.get("/prices")
    assert (patched.status_code, patched.json()[member]) == (200, shown)
    assert listed.json()["items"] == [patched.json()]


async def test_a_custom_route_gets_the_number_that_is_shown(database: Database, url: str) -> None:
    scope: Scope[FruitRead] = Scope(fruits, OwnerId("ann"), UnitOfWork(database))
    await scope.create()
    change(url, "fruit", "weight = 'infinity'")
    result = await scope.select(select(col(Fruit.weight)).where(col(Fruit.weight) == math.inf))
    assert result.scalar_one() == MAX_FLOAT
