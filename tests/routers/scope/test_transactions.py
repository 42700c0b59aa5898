"""Custom routes with the scopes of several resources, and their transactions."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel, col

from routers import (
    Conflict,
    Database,
    OwnerId,
    Page,
    ReadScope,
    ResourceAPI,
    ResourceRouter,
    RowId,
    Scope,
    ScopedRouter,
    UnitOfWork,
    resource_router,
)
from tests.support.gadget_applications import FAST_PATH, client_of
from tests.support.gadgets import access
from tests.support.labels import Label, LabelRead, labels
from tests.support.specimens import RegionRead, ShelfRead, regions, shelves, specimens
from tests.support.sql import run_sql
from tests.support.wire import Wire


class Batch(SQLModel):
    """The names of the shelf and of its labels."""

    shelf: str
    labels: list[str]


def application(database: Database) -> ResourceAPI:
    """Serve shelves and labels, and operations that involve both."""
    routers: dict[str, ResourceRouter[Any]] = {
        each.collection: resource_router(each, access) for each in (regions, specimens, shelves, labels)
    }
    shelf_scope = Annotated[Scope[ShelfRead], routers["shelves"].scope]
    label_scope = Annotated[Scope[LabelRead], routers["labels"].scope]
    region_scope = Annotated[ReadScope[RegionRead], routers["regions"].scope]
    batches = ScopedRouter(access, name="batches", description="Shelves with their labels.")

    @batches.post("/batches", status_code=201)
    async def create_batch(body: Batch, shelf_rows: shelf_scope, label_rows: label_scope) -> ShelfRead:
        """Create a shelf with its labels."""
        async with label_rows.transaction():
            shelf = await shelf_rows.create(name=body.shelf)
            for text in body.labels:
                await label_rows.create(text=text, shelf_id=shelf.id)
                await asyncio.sleep(0)
        return shelf

    @batches.get("/batches/first")
    async def get_first_shelf(shelf_rows: shelf_scope) -> ShelfRead | None:
        """Return a shelf, if there is one."""
        page = await shelf_rows.list(limit=1)
        return page.items[0] if page.items else None

    @batches.get("/batches/labels")
    async def list_batch_labels(label_rows: label_scope) -> list[LabelRead]:
        """Return labels."""
        return list((await label_rows.list()).items)

    @batches.get("/batches/shelves")
    async def list_batch_shelves(shelf_rows: shelf_scope) -> Page[ShelfRead]:
        """Return a page of shelves."""
        return await shelf_rows.list(limit=1)

    @routers["shelves"].post("/{shelf_id}/relabel")
    async def relabel_shelf(shelf_id: RowId, rows: shelf_scope, label_rows: label_scope) -> ShelfRead:
        """Change every label of a shelf, then return the shelf."""
        for label in (await label_rows.list()).items:
            await label_rows.update(label.id, text="changed")
        return await rows.update(shelf_id, name="relabelled")

    @routers["shelves"].post("/in-region/{region_id}", status_code=201)
    async def create_shelf_in_region(region_id: RowId, rows: shelf_scope, public: region_scope) -> ShelfRead:
        """Create a shelf with the name of a region."""
        return await rows.create(name=(await public.get(region_id)).name)

    api = ResourceAPI(title="Batches", fast_path=FAST_PATH)
    api.state.database = database
    for router in (*routers.values(), batches):
        api.include_router(router)
    return api


@pytest.fixture
async def batches(specimen_database: Database, region: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application(specimen_database)) as client:
        yield client


async def test_a_transaction_keeps_the_changes_of_all_scopes(batches: httpx.AsyncClient) -> None:
    response = await batches.post("/batches", json={"shelf": "top", "labels": ["a", "b"]})
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert (await batches.get("/shelves")).json()["items"] == [response.json()]
    labelled = (await batches.get("/labels")).json()["items"]
    assert {(each["text"], each["shelf_id"]) for each in labelled} == {
        ("a", response.json()["id"]),
        ("b", response.json()["id"]),
    }


async def test_a_transaction_that_fails_keeps_the_changes_of_no_scope(batches: httpx.AsyncClient) -> None:
    response = await batches.post("/batches", json={"shelf": "top", "labels": ["first", "first"]})
    assert response.status_code == 409
    for path in ("/shelves", "/labels"):
        assert (await batches.get(path)).json()["items"] == []


async def test_a_transaction_of_two_scopes_has_one_connection_and_one_begin(
    batches: httpx.AsyncClient, specimen_wire: Wire
) -> None:
    await batches.get("/shelves")
    specimen_wire.reset()
    connections = specimen_wire.connections
    await batches.post("/batches", json={"shelf": "top", "labels": ["a"]})
    assert specimen_wire.connections - connections <= 1
    assert [statement.split()[0] for statement in specimen_wire.statements] == [
        "BEGIN",
        "INSERT",
        "INSERT",
        "COMMIT",
    ]


async def test_many_transactions_share_a_pool_of_two_connections(
    specimen_url: str, region: str, batches: httpx.AsyncClient
) -> None:
    engine = create_async_engine(
        specimen_url.replace("postgresql:", "postgresql+psycopg:"), pool_size=2, max_overflow=0
    )
    database = Database(engine, timeout=20)
    async with client_of(application(database)) as client:
        bodies = [{"shelf": f"s{number}", "labels": ["a", "b", "c"]} for number in range(20)]
        responses = await asyncio.gather(*(client.post("/batches", json=body) for body in bodies))
    await database.close()
    assert {response.status_code for response in responses} == {201}
    assert run_sql(specimen_url, "SELECT count(*) FROM label") == [(60,)]


async def test_preconditions_apply_to_the_row_in_the_path_and_not_to_rows_of_other_resources(
    batches: httpx.AsyncClient,
) -> None:
    shelf = (await batches.post("/batches", json={"shelf": "top", "labels": ["a", "b"]})).json()
    path = f"/shelves/{shelf['id']}/relabel"
    assert (await batches.post(path, headers={"If-Match": '"1"'})).json()["version"] == 2
    assert (await batches.post(path, headers={"If-Match": '"1"'})).status_code == 412


@pytest.mark.usefixtures("region")
async def test_references_become_null_in_a_new_version_before_their_target_is_deleted(
    specimen_database: Database,
) -> None:
    unit = UnitOfWork(specimen_database)
    shelf_rows, label_rows = Scope(shelves, OwnerId("ann"), unit), Scope(labels, OwnerId("ann"), unit)
    shelf = await shelf_rows.create(name="top")
    label = await label_rows.create(text="a", shelf_id=shelf.id)
    async with shelf_rows.transaction():
        await label_rows.update_where(col(Label.shelf_id) == shelf.id, shelf_id=None)
        await shelf_rows.delete(shelf.id)
    label = await label_rows.get(label.id)
    assert (label.shelf_id, label.version) == (None, 2)


async def test_an_operation_of_an_owner_can_read_public_rows(batches: httpx.AsyncClient, region: str) -> None:
    response = await batches.post(f"/shelves/in-region/{region}")
    assert (response.status_code, response.json()["name"]) == (201, "North")


async def test_the_scopes_of_one_request_have_the_same_owner(batches: httpx.AsyncClient) -> None:
    await batches.post("/batches", json={"shelf": "of ann", "labels": ["a"]})
    bob = {"Owner": "bob"}
    created = await batches.post("/batches", json={"shelf": "of bob", "labels": ["b"]}, headers=bob)
    await batches.post(f"/shelves/{created.json()['id']}/relabel", headers=bob)
    texts = [each["text"] for each in (await batches.get("/labels")).json()["items"]]
    assert texts == ["a"]


@pytest.mark.parametrize("path", ["/batches/first", "/batches/labels", "/batches/shelves"])
async def test_an_operation_without_a_resource_requires_an_owner_and_checks_the_query(
    batches: httpx.AsyncClient, path: str
) -> None:
    assert (await batches.get(path, headers={"Owner": ""})).status_code == 401
    assert (await batches.get(f"{path}?unknown=1")).status_code == 422


async def test_an_operation_can_return_a_row_or_null_or_rows_or_a_page(batches: httpx.AsyncClient) -> None:
    assert (await batches.get("/batches/first")).json() is None
    shelf = (await batches.post("/batches", json={"shelf": "top", "labels": ["a"]})).json()
    assert (await batches.get("/batches/first")).json() == shelf
    assert (await batches.get("/batches/labels")).json() == (await batches.get("/labels")).json()["items"]
    assert (await batches.get("/batches/shelves")).json() == {"items": [shelf], "next_cursor": None}


def test_rows_that_an_operation_returns_have_one_schema_in_the_document(specimen_database: Database) -> None:
    document = application(specimen_database).openapi()
    schemas = document["components"]["schemas"]
    assert {"ShelfRead", "LabelRead", "ShelfPage"} <= schemas.keys()
    assert not [name for name in schemas if "__" in name]
    assert document["paths"]["/batches"]["post"]["tags"] == ["batches"]
    assert {"name": "batches", "description": "Shelves with their labels."} in document["tags"]


async def test_a_transaction_inside_a_transaction_of_another_scope_is_rejected(
    specimen_database: Database, region: str
) -> None:
    unit = UnitOfWork(specimen_database)
    shelf_rows, label_rows = (Scope[Any](each, OwnerId("ann"), unit) for each in (shelves, labels))
    async with shelf_rows.transaction():
        await shelf_rows.create(name="top")
        with pytest.raises(RuntimeError, match="The request is in a transaction already"):
            async with label_rows.transaction():
                raise Conflict
    assert [row.name for row in (await shelf_rows.list()).items] == ["top"]
    assert isinstance((await shelf_rows.list()).items[0].id, UUID)
