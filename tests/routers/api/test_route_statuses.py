"""Custom routes document 404, 409 and 412 where their scopes can raise them, and only there."""

from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import Depends, Query
from pydantic import BaseModel
from sqlmodel import Field

from routers import (
    Database,
    ReadRow,
    ReadScope,
    Resource,
    ResourceAPI,
    RowId,
    Scope,
    ScopedRouter,
    problem_responses,
    resource_router,
)
from tests.support.gadget_applications import FAST_PATH, client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadgets
from tests.support.labels import LabelRead, labels
from tests.support.specimens import RegionRead, ShelfRead, regions, shelves
from tests.support.tables import OwnedSpecimen


class CrateRead(ReadRow):
    """A crate in a response."""


class Crate(OwnedSpecimen, table=True):
    """A row of crates, which tins refer to."""


class Tin(OwnedSpecimen, table=True):
    """A row of tins."""

    crate_id: UUID = Field(foreign_key="crate.id")


crates = Resource(path="/crates", model=Crate, read=CrateRead)
RESOURCES: tuple[Resource[Any], ...] = (gadgets, labels, regions, shelves, crates)
ROUTERS = {each.collection: resource_router(each, access) for each in RESOURCES}
Crates = Annotated[Scope[CrateRead], ROUTERS["crates"].scope]
Gadgets = Annotated[Scope[GadgetRead], ROUTERS["gadgets"].scope]
Labels = Annotated[Scope[LabelRead], ROUTERS["labels"].scope]
Regions = Annotated[ReadScope[RegionRead], ROUTERS["regions"].scope]
Shelves = Annotated[Scope[ShelfRead], ROUTERS["shelves"].scope]


class Selection(BaseModel):
    """Ids at some depth."""

    ids: list[UUID] | None = None


class Nested(BaseModel):
    """A selection with others of its kind."""

    selection: Selection
    others: "list[Nested]" = []


class Text(BaseModel):
    """A body without ids."""

    text: str


async def find(ref: UUID, rows: Shelves) -> ShelfRead:
    """Take a scope and an id as a dependency."""
    return await rows.get(ref)


async def no_scope(gadget_id: RowId) -> Any: ...
async def no_id(rows: Gadgets) -> Any: ...
async def text_id(gadget_id: str, rows: Gadgets) -> Any: ...
async def id_in_path(gadget_id: RowId, rows: Gadgets) -> Any: ...
async def id_in_query(rows: Gadgets, ref: UUID | None = None) -> Any: ...
async def id_in_query_model(rows: Gadgets, query: Annotated[Selection, Query()]) -> Any: ...
async def id_in_body(rows: Gadgets, body: Nested) -> Any: ...
async def ids_in_body(rows: Gadgets, body: list[UUID]) -> Any: ...
async def text_in_body(rows: Gadgets, body: Text) -> Any: ...
async def id_in_dependency(found: Annotated[ShelfRead, Depends(find)]) -> Any: ...
async def with_unique_values(rows: Shelves) -> Any: ...
async def with_write_once_members(rows: Labels) -> Any: ...
async def with_referrers(rows: Gadgets, others: Crates) -> Any: ...
async def of_public_rows(region_id: RowId, rows: Regions) -> Any: ...
async def of_a_public_row(region_id: RowId, rows: Gadgets, public: Regions) -> Any: ...


def responses(method: str, path: str, endpoint: Any, **options: Any) -> dict[str, Any]:
    """Return the documented responses of a custom route, with the names of its header parameters."""
    router = ScopedRouter(access, name="more", description="More operations.")
    router.add_api_route(path, endpoint, methods=[method], response_model=None, **options)
    api = ResourceAPI(title="Statuses")
    api.include_router(router)
    operation = api.openapi()["paths"][path][method.lower()]
    headers = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"]
    documented: dict[str, Any] = operation["responses"]
    return {**documented, "headers": headers}


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "statuses", "headers"),
    [
        ("GET", "/more/{gadget_id}", no_scope, "", []),
        ("POST", "/more/{gadget_id}", no_scope, "", []),
        ("GET", "/more", no_id, "", []),
        ("POST", "/more", no_id, "", []),
        ("GET", "/more/{gadget_id}", text_id, "", []),
        ("POST", "/more/{gadget_id}", text_id, "412", ["If-Match"]),
        ("GET", "/more/{gadget_id}", id_in_path, "404", []),
        ("POST", "/more/{gadget_id}", id_in_path, "404 412", ["If-Match"]),
        ("PUT", "/more/{gadget_id}", id_in_path, "404 412", ["If-Match", "If-None-Match"]),
        ("DELETE", "/more/{gadget_id}/x", id_in_path, "404 412", ["If-Match"]),
        ("GET", "/more", id_in_query, "404", []),
        ("GET", "/more", id_in_query_model, "404", []),
        ("POST", "/more", id_in_body, "404", []),
        ("POST", "/more", ids_in_body, "404", []),
        ("POST", "/more", text_in_body, "", []),
        ("GET", "/more", id_in_dependency, "404", []),
        ("POST", "/more", id_in_dependency, "404 409", []),
        ("GET", "/more", with_unique_values, "", []),
        ("POST", "/more", with_unique_values, "409", []),
        ("DELETE", "/more", with_unique_values, "409", []),
        ("PATCH", "/more", with_write_once_members, "409", []),
        ("POST", "/more", with_referrers, "409", []),
        ("GET", "/more", with_referrers, "", []),
        ("GET", "/more/{region_id}", of_public_rows, "404", []),
        ("POST", "/more/{region_id}", of_a_public_row, "404", []),
    ],
)
def test_a_status_is_documented_where_a_scope_can_raise_it(
    method: str, path: str, endpoint: Any, statuses: str, headers: list[str]
) -> None:
    documented = responses(method, path, endpoint)
    assert [each for each in ("404", "409", "412") if each in documented] == statuses.split()
    assert documented["headers"] == headers


def test_the_author_of_a_route_can_add_and_override_statuses() -> None:
    own = {
        409: {"description": "It is too late."},
        404: {"description": "It is gone."},
        **problem_responses(410),
    }
    documented = responses("POST", "/more/{gadget_id}", id_in_path, responses=own)
    assert documented["404"]["description"] == "It is gone."
    assert documented["409"]["description"] == "It is too late."
    assert documented["410"]["description"] == "Gone."
    assert documented["412"]["description"].startswith("The resource does not meet")


@pytest.mark.parametrize(("path", "status"), [("/touch", 200), (f"/{ROW_ID}/touch", 412)])
async def test_preconditions_apply_only_where_they_are_documented(
    database: Database, empty: None, path: str, status: int
) -> None:
    router = resource_router(gadgets, access)
    scope = Annotated[Scope[GadgetRead], router.scope]

    @router.post("/touch")
    async def touch_first(rows: scope) -> GadgetRead:
        """Change the first gadget."""
        return await rows.update((await rows.list()).items[0].id, ready=True)

    @router.post("/{any_id}/touch")
    async def touch_gadget(any_id: RowId, rows: scope) -> GadgetRead:
        """Change one gadget, whose parameter has another name."""
        return await rows.update(any_id, ready=True)

    api = ResourceAPI(title="Touched", fast_path=FAST_PATH)
    api.state.database = database
    api.include_router(router)
    async with client_of(api) as client:
        await client.put(f"/gadgets/{ROW_ID}", json={"name": "lamp"})
        response = await client.post(f"/gadgets{path}", headers={"If-Match": '"9"'})
    assert response.status_code == status
