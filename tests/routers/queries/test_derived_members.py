"""Derived members: values from other rows, in each response with a row."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, func, literal_column, select
from sqlmodel import Field, SQLModel, col

from routers import (
    Database,
    DeclarationError,
    Derived,
    OwnerId,
    OwnerRows,
    ReadRow,
    Resource,
    ResourceAPI,
    Scope,
    UnitOfWork,
    resource_router,
)
from tests.support.databases import new_pool
from tests.support.gadget_applications import FAST_PATH, client_of
from tests.support.gadgets import access
from tests.support.ledgers import ANN, BOB, Entry, create_ledgers, entries, ledgers, row_id
from tests.support.sql import new_database
from tests.support.tables import OwnedSpecimen, PublicSpecimen
from tests.support.wire import Wire, wire_to

DERIVED = ("entry_count", "total", "last_booked_on", "is_parent")


@pytest.fixture
async def wire(server_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    url = new_database(server_url, f"derived {request.node.name}"[:60])
    create_ledgers(url, ANN, BOB)
    async with wire_to(url) as wire:
        yield wire


@pytest.fixture
async def database(wire: Wire) -> AsyncIterator[Database]:
    database = new_pool(wire.url)
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    api = ResourceAPI(title="Ledgers", fast_path=FAST_PATH)
    api.state.database = database
    api.include_router(resource_router(ledgers, access))
    api.include_router(resource_router(entries, access))
    async with client_of(api) as client:
        yield client


def derived(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in DERIVED]


async def test_every_response_with_a_row_has_its_derived_members(client: httpx.AsyncClient) -> None:
    path = f"/ledgers/{row_id(1)}"
    expected = [3, "6.00", "2026-01-01", True]
    assert derived((await client.get(path)).json()) == expected
    assert derived((await client.get("/ledgers?sort=name")).json()["items"][0]) == expected
    assert derived((await client.patch(path, json={"name": "x"})).json()) == expected
    assert derived((await client.put(path, json={"name": "y"})).json()) == expected
    assert derived((await client.put(path, json={"name": "z"}, headers={"If-Match": "*"})).json()) == expected
    nothing = [0, "0.00", None, False]
    assert derived((await client.post("/ledgers", json={"name": "new"})).json()) == nothing
    new = (
        await client.put(f"/ledgers/{row_id(9)}", json={"name": "newer"}, headers={"If-None-Match": "*"})
    ).json()
    assert derived(new) == nothing
    assert derived((await client.put(f"/ledgers/{row_id(8)}", json={"name": "newest"})).json()) == nothing


async def test_a_conflict_of_a_row_with_derived_members_precedes_the_preconditions(
    client: httpx.AsyncClient,
) -> None:
    path, stale = f"/ledgers/{row_id(1)}", {"If-Match": '"9"'}
    await client.post("/ledgers", json={"name": "taken"})
    await client.post("/ledgers", json={"name": "foreign"}, headers={"Owner": "bob"})
    patches = [client.patch(path, json={"name": name}, headers=stale) for name in ("taken", "foreign")]
    assert [(await each).status_code for each in patches] == [409, 412]


async def test_derived_members_follow_the_other_rows(client: httpx.AsyncClient) -> None:
    path = f"/ledgers/{row_id(2)}"
    body = {"text": "t", "amount": "0.50", "booked_on": "2026-05-05", "ledger_id": str(row_id(2))}
    await client.post("/entries", json=body)
    changed = await client.get(path)
    assert derived(changed.json()) == [4, "15.50", "2026-05-05", False]
    # The version is that of the row itself, so it cannot tell whether the response is the same.
    same = await client.get(path, headers={"If-None-Match": changed.headers["etag"]})
    assert (same.status_code, same.content) == (200, changed.content)


async def test_lists_are_sorted_and_filtered_by_derived_members(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await client.post("/ledgers", json={"name": f"empty {number}"})
    for sort, first in (("-total", "ann 2"), ("entry_count", "empty 0")):
        names, cursor = [], ""
        while True:
            page = (await client.get(f"/ledgers?sort={sort}&limit=2{cursor}")).json()
            names += [row["name"] for row in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert (names[0], len(set(names)), len(names)) == (first, 5, 5)
    parents = (await client.get("/ledgers?is_parent=true")).json()["items"]
    assert [row["name"] for row in parents] == ["ann 1"]
    assert len((await client.get("/ledgers?entry_count_gt=0")).json()["items"]) == 2


async def test_each_operation_takes_one_statement_in_one_round_trip(
    client: httpx.AsyncClient, wire: Wire
) -> None:
    path = f"/ledgers/{row_id(1)}"
    await client.get(path)
    for method, target, body in (
        ("GET", path, None),
        ("GET", "/ledgers?sort=-total", None),
        ("POST", "/ledgers", {"name": "a"}),
        ("PATCH", path, {"name": "b"}),
        ("PUT", path, {"name": "c"}),
    ):
        # The first write of a connection asks for the server's clock.
        await client.request(method, target, json=body and {"name": f"warm {body['name']}"})
        wire.reset()
        assert (await client.request(method, target, json=body)).is_success
        assert (wire.trips, len(wire.statements)) == (1, 1)


async def test_rows_that_a_scope_writes_have_derived_members(database: Database) -> None:
    rows = Scope(ledgers, OwnerId(ANN), UnitOfWork(database))
    first, second = await rows.create_many([{"name": "a", "parent_id": row_id(1)}, {"name": "b"}])
    assert [(row.entry_count, row.total) for row in (first, second)] == [(0, Decimal(0))] * 2
    row = await rows.update(row_id(1), name=func.upper("c"))
    assert (row.name, row.entry_count, row.total) == ("C", 3, Decimal("6.00"))
    assert row.last_booked_on == date(2026, 1, 1)
    async with rows.transaction():
        assert (await rows.get(row_id(1))).is_parent


def test_an_export_has_the_derived_members_of_the_owner(server_url: str) -> None:
    url = new_database(server_url, "derived export")
    create_ledgers(url, ANN, BOB)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        rows = OwnerRows({"ledgers": ledgers, "entries": entries}, OwnerId(ANN), connection)
        exported = b"\n".join(rows.read("ledgers")).decode()
        assert rows.delete() == {"ledgers": 2, "entries": 6}
    engine.dispose()
    assert [part in exported for part in ('"total":"6.00"', '"total":"15.00"', "606")] == [True, True, False]


class BoxCreate(SQLModel):
    name: str = Field(max_length=10)


class Box(BoxCreate, OwnedSpecimen, table=True):
    __tablename__ = "specimen_box"


class PublicBox(BoxCreate, PublicSpecimen, table=True):
    __tablename__ = "specimen_public_box"


class BoxRead(BoxCreate, ReadRow):
    count: int


def box(value: Callable[[Any], Any]) -> dict[str, Any]:
    return {"derived": (Derived("count", value),)}


def count(row: Any) -> Any:
    return select(func.count()).where(col(Entry.ledger_id) == row.id)


COUNT = Derived("count", count)
PUBLIC = {"model": PublicBox, "public": True, "operations": ("list", "get"), "create": SQLModel}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"derived": (COUNT, Derived("name", count))}, "name is derived, but also a column"),
        ({"derived": (COUNT, Derived("other", count))}, "other is derived, but not a member of read"),
        ({"derived": ()}, "read has count, which the table lacks"),
        (box(lambda _: select(func.max(col(Entry.amount)))), "count can be null"),
        (box(lambda row: count(row).group_by(col(Entry.text))), "count can be null"),
        (box(lambda row: count(row).limit(1)), "count can be null"),
        (box(lambda _: func.count(col(Entry.id))), "outside of a subquery"),
        (box(lambda _: select(literal_column("(SELECT 1)"))), "is SQL text"),
        ({**box(count), "sorts": ("count",)}, "the first sort, count, gets an index"),
        ({**box(count), **PUBLIC}, "but everyone may read it"),
    ],
)
def test_a_derived_member_that_cannot_be_served_is_rejected(changes: dict[str, Any], message: str) -> None:
    options = {"path": "/boxes", "model": Box, "create": BoxCreate, "read": BoxRead, **changes}
    with pytest.raises(DeclarationError, match=message):
        Resource(**options)
