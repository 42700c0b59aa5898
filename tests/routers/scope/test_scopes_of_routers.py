"""Custom routes whose scopes belong to other routers, to other owners or to nobody."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import pytest

from routers import (
    Access,
    Database,
    OwnerId,
    ResourceAPI,
    RowId,
    Scope,
    ScopedRouter,
    UnitOfWork,
    resource_router,
)
from tests.support.gadget_applications import FAST_PATH, client_of
from tests.support.gadgets import access
from tests.support.labels import LabelRead, labels
from tests.support.specimens import ShelfRead, regions, shelves, specimens


async def test_an_operation_can_return_a_row_of_its_own(specimen_database: Database) -> None:
    router = ScopedRouter(access, name="examples", description="Rows that are not stored.")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    row = ShelfRead(id=UUID(int=1), name="top", created_at=now, updated_at=now, version=1)

    @router.get("/examples/shelf")
    async def get_example_shelf() -> ShelfRead:
        """Return an example."""
        return row

    api = ResourceAPI(title="Examples", fast_path=FAST_PATH)
    api.include_router(router)
    async with client_of(api) as client:
        assert (await client.get("/examples/shelf")).json() == row.model_dump(mode="json")


def test_a_public_operation_cannot_take_the_scope_of_an_owner() -> None:
    router, owned = resource_router(regions, access), resource_router(shelves, access)

    with pytest.raises(TypeError, match=r"get_shelf_of_region is public, so it has no owner"):

        @router.get("/{region_id}/shelf")
        async def get_shelf_of_region(
            region_id: RowId, rows: Annotated[Scope[ShelfRead], owned.scope]
        ) -> ShelfRead:
            """Return a shelf."""
            return await rows.get(region_id)


async def test_a_scope_of_another_owner_dependency_is_resolved_by_fastapi(
    specimen_database: Database, region: str
) -> None:
    async def bob() -> OwnerId:
        return OwnerId("bob")

    of_header, of_bob = (
        resource_router(each, provider)
        for each, provider in (
            (shelves, access),
            (labels, Access(owner=bob, database=lambda request: request.app.state.database)),
        )
    )

    @of_header.post("/{shelf_id}/labels", status_code=204)
    async def label_for_bob(
        shelf_id: RowId,
        rows: Annotated[Scope[ShelfRead], of_header.scope],
        label_rows: Annotated[Scope[LabelRead], of_bob.scope],
    ) -> None:
        """Create a label of bob."""
        await rows.get(shelf_id)
        await label_rows.create(text="a")

    api = ResourceAPI(title="Labels", fast_path=FAST_PATH)
    api.state.database = specimen_database
    for router in (of_header, of_bob, resource_router(specimens, access), resource_router(regions, access)):
        api.include_router(router)
    async with client_of(api) as client:
        shelf = (await client.post("/shelves", json={"name": "top"})).json()
        assert (await client.post(f"/shelves/{shelf['id']}/labels")).status_code == 204
    bob_scope = Scope(labels, OwnerId("bob"), UnitOfWork(specimen_database))
    assert [row.text for row in (await bob_scope.list()).items] == ["a"]
