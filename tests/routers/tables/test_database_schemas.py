"""Tables may be in another schema of the database than `public`."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from sqlalchemy import create_engine, func, select, true
from sqlmodel import Field, SQLModel, col

from routers import (
    Derived,
    Equals,
    OwnerId,
    ReadRow,
    Resource,
    ResourceAPI,
    Scope,
    UnitOfWork,
    resource_router,
)
from routers.tables.rows import table_of
from tests.support.databases import new_pool
from tests.support.gadget_applications import client_of
from tests.support.gadgets import ROW_ID, access
from tests.support.sql import new_database, run_sql
from tests.support.tables import METADATA, OwnedSpecimen


class AisleCreate(SQLModel):
    """An aisle as a client writes it."""

    code: str = Field(max_length=5, min_length=2, unique=True)


class Aisle(AisleCreate, OwnedSpecimen, table=True):
    """A row of aisles."""

    __table_args__ = {"schema": "Ware house"}


class AisleRead(AisleCreate, ReadRow):
    """An aisle as its owner sees it."""

    crate_count: int


class PublicAisle(AisleCreate, OwnedSpecimen, table=True):
    """A row of a table with the same name in the default schema."""

    __tablename__ = "aisle"


class CrateCreate(SQLModel):
    """A crate as a client writes it."""

    aisle_id: UUID = Field(foreign_key="Ware house.aisle.id")


class Crate(CrateCreate, OwnedSpecimen, table=True):
    """A row of crates."""

    __table_args__ = {"schema": "Ware house"}


class CrateRead(CrateCreate, ReadRow):
    """A crate as its owner sees it."""


aisles = Resource(
    path="/aisles",
    model=Aisle,
    create=AisleCreate,
    read=AisleRead,
    derived=(Derived("crate_count", lambda row: select(func.count()).where(col(Crate.aisle_id) == row.id)),),
)
crates = Resource(
    path="/crates", model=Crate, create=CrateCreate, read=CrateRead, filters=(Equals("aisle_id"),)
)


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    url = new_database(server_url, "warehouse")
    run_sql(url, 'CREATE SCHEMA "Ware house"')
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    METADATA.create_all(engine, [aisles.table, crates.table, table_of(PublicAisle)])
    engine.dispose()
    return url


@pytest.fixture
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    api = ResourceAPI()
    api.state.database = new_pool(url)
    for router in (resource_router(aisles, access), resource_router(crates, access)):
        api.include_router(router)
    async with client_of(api) as client:
        yield client
    await api.state.database.close()


async def test_the_operations_reach_tables_in_another_schema(client: httpx.AsyncClient) -> None:
    aisle = (await client.post("/aisles", json={"code": "A1"})).json()
    crate = (await client.post("/crates", json={"aisle_id": aisle["id"]})).json()
    assert (await client.get("/crates", params={"aisle_id": aisle["id"]})).json()["items"] == [crate]
    assert (await client.patch(f"/aisles/{aisle['id']}", json={"code": "A2"})).json()["version"] == 2
    assert (await client.delete(f"/aisles/{aisle['id']}")).status_code == 409
    assert (await client.delete(f"/crates/{crate['id']}")).status_code == 204
    assert (await client.delete(f"/aisles/{aisle['id']}")).status_code == 204


async def test_the_constraints_of_tables_in_another_schema_apply(client: httpx.AsyncClient, url: str) -> None:
    await client.put(f"/aisles/{ROW_ID}", json={"code": "B1"})
    assert (await client.post("/aisles", json={"code": "B1"})).status_code == 409
    response = await client.post("/crates", json={"aisle_id": ROW_ID[:-1] + "9"})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/aisle_id")
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'Ware house'"
    assert all("(owner_id" in str(definition) for (definition,) in run_sql(url, indexes))


async def test_statements_of_a_scope_reach_tables_in_another_schema(url: str) -> None:
    database = new_pool(url)
    rows = Scope(aisles, OwnerId("zoe"), UnitOfWork(database))
    one, other = await rows.create_many([{"code": "B1"}, {"code": "B2"}])
    same = select(col(Aisle.code), func.count(col(PublicAisle.id))).outerjoin(PublicAisle, true())
    result = await rows.select(same.group_by(col(Aisle.code)).order_by(col(Aisle.code)))
    assert result.all() == [("B1", 0), ("B2", 0)]
    assert (await rows.update(one.id, code=func.lower(col(Aisle.code)))).code == "b1"
    assert await rows.delete_where(col(Aisle.code) == "b1") == 1
    assert [row.id for row in (await rows.list(col(Aisle.code) == "B2")).items] == [other.id]
    await database.close()
    assert run_sql(url, "SELECT count(*) FROM public.aisle") == [(0,)]
