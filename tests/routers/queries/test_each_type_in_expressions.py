"""Values of each type in computed members, and as sort keys of statements that contain SELECTs."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, Literal
from uuid import UUID

import httpx
import pytest
from sqlalchemy import case, create_engine, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from routers import Computed, Database, Derived, ReadRow, Resource, ResourceAPI, resource_router
from tests.support.gadget_applications import application_of, client_of
from tests.support.gadgets import access
from tests.support.sql import run_sql
from tests.support.tables import OwnedSpecimen


class Grade(StrEnum):
    """A grade, with a quote."""

    LOW = "it's low"
    HIGH = "high"


class Level(IntEnum):
    """A level."""

    ONE = 1
    TWO = 2


class PacketCreate(SQLModel):
    """A packet as a client writes it."""

    name: str = Field(max_length=20)
    note: str | None = Field(default=None, max_length=20)
    grade: Grade | None = Grade.LOW
    level: Level | None = None
    side: Literal["left", "right"] | None = None
    size: int | None = None
    price: Decimal | None = Field(default=None, max_digits=6, decimal_places=2)
    ratio: float | None = None
    fragile: bool | None = None
    sent_on: date | None = None
    seen_at: datetime | None = None
    code: UUID | None = None
    extra: dict[str, Any] | None = None


class Packet(PacketCreate, OwnedSpecimen, table=True):
    """A row of packets."""

    matches: int | None = None


class PacketRead(PacketCreate, ReadRow):
    """A packet as its owner sees it."""

    matches: int | None = None
    others: int


BODY: dict[str, Any] = {
    "name": "Lamp",
    "note": "new",
    "grade": "high",
    "level": 2,
    "side": "left",
    "size": 3,
    "price": "1.50",
    "ratio": 0.5,
    "fragile": True,
    "sent_on": "2026-01-31",
    "seen_at": "2026-01-31T12:00:00Z",
    "code": "3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10",
    "extra": {"a": 1},
}
EQUAL: dict[str, Any] = BODY | {
    "price": Decimal("1.5"),
    "sent_on": date(2026, 1, 31),
    "seen_at": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "code": UUID(BODY["code"]),
}
SORTED = ("name", "note", "grade", "level", "side", "size", "price", "ratio", "sent_on", "seen_at")


def count_matches(new: Any, _old: Any) -> Any:
    """Return the number of columns with the value in `EQUAL`."""
    return sum(case((getattr(new, name) == value, 1), else_=0) for name, value in EQUAL.items())


def count_others(row: Any) -> Any:
    """Select the number of packets of the same size."""
    other = aliased(Packet)
    return select(func.count(col(other.id))).where(col(other.size) == row.size)


packets = Resource(
    path="/packets",
    model=Packet,
    create=PacketCreate,
    read=PacketRead,
    sorts=tuple(sign + name for name in SORTED for sign in ("", "-")),
    ignore_case=("name", "note"),
    computed=(Computed("matches", count_matches),),
    derived=(Derived("others", count_others),),
)


@pytest.fixture(scope="session")
def packet_api(database: Database, gadget_url: str) -> ResourceAPI:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    packets.table.create(engine)
    engine.dispose()
    return application_of(resource_router(packets, access), database)


@pytest.fixture
async def client(packet_api: ResourceAPI, gadget_url: str) -> AsyncIterator[httpx.AsyncClient]:
    run_sql(gadget_url, "TRUNCATE packet")
    async with client_of(packet_api) as client:
        yield client


@pytest.mark.parametrize("name", BODY)
async def test_a_computed_member_uses_a_value_of_each_type(client: httpx.AsyncClient, name: str) -> None:
    created = (await client.post("/packets", json={"name": "x", name: BODY[name]})).json()
    path = f"/packets/{created['id']}"
    replaced = (await client.put(path, json={"name": "x"})).json()
    updated = (await client.patch(path, json={name: BODY[name]})).json()
    assert [row["matches"] for row in (created, replaced, updated)] == [1, 0, 1]


@pytest.mark.parametrize("name", SORTED)
async def test_a_list_with_a_derived_member_is_sorted_by_a_member_of_each_type(
    client: httpx.AsyncClient, name: str
) -> None:
    (await client.post("/packets", json={"name": "Lamp"})).raise_for_status()
    (await client.post("/packets", json=BODY)).raise_for_status()
    for sort in (name, f"-{name}"):
        first = (await client.get("/packets", params={"sort": sort, "limit": 1})).json()
        rest = (
            await client.get("/packets", params={"sort": sort, "limit": 1, "cursor": first["next_cursor"]})
        ).json()
        assert {row["others"] for row in (*first["items"], *rest["items"])} == {0, 1}
