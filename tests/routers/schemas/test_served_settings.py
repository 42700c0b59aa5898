"""The settings of a schema that are served: every route agrees on them, with the document and the table."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from sqlalchemy import create_engine

from routers import Database, ReadRow, Resource, Scope, resource_router
from tests.support.bolts import Bolt, BoltCreate, bolts
from tests.support.databases import new_pool
from tests.support.gadget_applications import application_of, client_of
from tests.support.gadgets import ROW_ID, access
from tests.support.sql import new_database


class PlainBoltRead(BoltCreate, ReadRow):
    """A bolt as its owner sees it, which msgspec encodes."""


plain_bolts = Resource(path="/bolts", model=Bolt, create=BoltCreate, read=PlainBoltRead)


@pytest.fixture(scope="module")
async def database(server_url: str) -> AsyncIterator[Database]:
    url = new_database(server_url, "bolts")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    bolts.table.create(engine)
    engine.dispose()
    database = new_pool(url)
    yield database
    await database.close()


def client_for(resource: Resource[Any], database: Database) -> httpx.AsyncClient:
    """Return a client of a resource with custom routes that mention its schemas."""
    router = resource_router(resource, access)
    read: Any = resource.read
    scope = Annotated[Scope[read], router.scope]

    @router.post("/import")
    async def import_bolt(body: BoltCreate, rows: scope) -> read:
        return await rows.create(**vars(body))

    @router.get("/all")
    async def get_bolts(rows: scope) -> list[read]:
        return list((await rows.list(limit=1)).items)

    @router.get("/built")
    async def build_bolts(rows: scope) -> list[read]:
        page = await rows.list(limit=1)
        return [read(**vars(each)) for each in page.items]

    @router.get("/built-one")
    async def build_bolt(rows: scope) -> read:
        page = await rows.list(limit=1)
        return read(**vars(page.items[0]))

    return client_of(application_of(router, database))


@pytest.mark.parametrize(
    ("resource", "size", "others"),
    [(plain_bolts, 7, {}), (bolts, "7 mm", {"is_coloured": True})],
)
async def test_every_route_shows_a_row_as_its_schema_declares(
    database: Database, resource: Resource[Any], size: Any, others: dict[str, Any]
) -> None:
    async with client_for(resource, database) as client:
        body = {"name": "lamp", "code": "B", "size": 7, "colour": "red"}
        for created in (
            await client.put(f"/bolts/{ROW_ID}", json=body),
            await client.post("/bolts", json=body),
            await client.post("/bolts/import", json=body),
        ):
            row = created.json()
            assert row == {**row, **body, "ready": False, "size": size, **others}
            assert row.keys() == resource.response_schema.model_fields.keys() | others.keys()
            await client.delete(f"/bolts/{row['id']}")
        put = await client.put(f"/bolts/{ROW_ID}", json=body)
        row = put.json()
        assert (await client.get(f"/bolts/{ROW_ID}")).json() == row
        assert (await client.patch(f"/bolts/{ROW_ID}", json={})).json() == row
        assert (await client.get("/bolts")).json()["items"] == [row]
        for path in ("all", "built"):
            assert (await client.get(f"/bolts/{path}")).json() == [row]
        assert (await client.get("/bolts/built-one")).json() == row
        await client.delete(f"/bolts/{ROW_ID}")
