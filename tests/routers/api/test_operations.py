"""The standard operations, as a client meets them."""

import re
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from routers import Database, ResourceAPI, RowId, Scope, resource_router
from tests.routers.queries.test_statements import ID
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets

OTHER = ID.replace("1", "2")


async def test_create_answers_the_row_with_its_place_and_state(client: httpx.AsyncClient) -> None:
    response = await client.post("/gadgets", json={"name": "lamp"})
    assert response.status_code == 201
    row = response.json()
    assert UUID(row["id"]).version == 7
    assert response.headers["location"] == f"/gadgets/{row['id']}"
    assert response.headers["etag"] == '"1"'
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", row.pop("created_at"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", row.pop("updated_at"))
    assert row == {"id": row["id"], "version": 1, "name": "lamp", "note": None, "ready": False}


async def test_get_answers_what_create_answered(client: httpx.AsyncClient) -> None:
    created = await client.post("/gadgets", json={"name": "lamp", "note": "Ü😀\n", "ready": True})
    response = await client.get(created.headers["location"])
    assert response.status_code == 200
    assert response.content == created.content
    assert response.headers["etag"] == created.headers["etag"]


async def test_put_creates_then_replaces_the_same_row(client: httpx.AsyncClient) -> None:
    created = await client.put(f"/gadgets/{ID}", json={"name": "lamp", "note": "new", "ready": True})
    assert created.status_code == 201
    assert created.headers["location"] == f"/gadgets/{ID}"
    replaced = await client.put(f"/gadgets/{ID}", json={"name": "bulb"})
    assert replaced.status_code == 200
    assert "location" not in replaced.headers
    row = replaced.json()
    assert (row["name"], row["note"], row["ready"], row["version"]) == ("bulb", None, False, 2)
    assert row["created_at"] == created.json()["created_at"]
    assert row["updated_at"] > created.json()["updated_at"]


async def test_patch_tells_absent_from_null(client: httpx.AsyncClient) -> None:
    await client.put(f"/gadgets/{ID}", json={"name": "lamp", "note": "old", "ready": True})
    kept = await client.patch(f"/gadgets/{ID}", json={"name": "bulb"})
    assert (kept.json()["note"], kept.json()["ready"], kept.json()["version"]) == ("old", True, 2)
    cleared = await client.patch(f"/gadgets/{ID}", json={"note": None})
    assert (cleared.json()["name"], cleared.json()["note"], cleared.json()["version"]) == ("bulb", None, 3)
    assert cleared.headers["etag"] == '"3"'


async def test_an_empty_patch_changes_nothing(client: httpx.AsyncClient) -> None:
    before = await client.put(f"/gadgets/{ID}", json={"name": "lamp"})
    after = await client.patch(f"/gadgets/{ID}", json={})
    assert after.status_code == 200
    assert after.content == before.content


async def test_delete_removes_once(client: httpx.AsyncClient) -> None:
    await client.put(f"/gadgets/{ID}", json={"name": "lamp"})
    gone = await client.delete(f"/gadgets/{ID}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await client.delete(f"/gadgets/{ID}")).status_code == 404
    assert (await client.get(f"/gadgets/{ID}")).status_code == 404


async def test_a_route_by_hand_answers_like_a_generated_one(client: httpx.AsyncClient) -> None:
    await client.put(f"/gadgets/{ID}", json={"name": "lamp"})
    response = await client.post(f"/gadgets/{ID}/flip")
    assert (response.json()["ready"], response.headers["etag"]) == (True, '"2"')
    assert (await client.get(f"/gadgets/{ID}")).content == response.content


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/flip", None),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-None-Match": "*"}])
async def test_a_foreign_row_is_an_absent_row(
    client: httpx.AsyncClient, method: str, path: str, body: object, headers: dict[str, str]
) -> None:
    await client.put(f"/gadgets/{ID}", json={"name": "lamp"})
    headers = {**headers, "Owner": "bob", "X-Request-ID": "same"}
    foreign = await client.request(method, f"/gadgets/{ID}{path}", json=body, headers=headers)
    absent = await client.request(method, f"/gadgets/{OTHER}{path}", json=body, headers=headers)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert foreign.headers == absent.headers
    assert (await client.get(f"/gadgets/{ID}")).json()["version"] == 1


async def test_two_owners_use_one_id_without_noticing(client: httpx.AsyncClient) -> None:
    bob = {"Owner": "bob"}
    assert (await client.put(f"/gadgets/{ID}", json={"name": "hers"})).status_code == 201
    assert (await client.put(f"/gadgets/{ID}", json={"name": "his"}, headers=bob)).status_code == 201
    assert (await client.get(f"/gadgets/{ID}")).json()["name"] == "hers"
    assert [row["name"] for row in (await client.get("/gadgets", headers=bob)).json()["items"]] == ["his"]
    assert (await client.delete(f"/gadgets/{ID}", headers=bob)).status_code == 204
    assert (await client.get(f"/gadgets/{ID}")).status_code == 200


async def test_reads_by_fastcrud_stay_in_the_scope(client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "hers", "ready": True})
    assert (await client.get("/gadgets/count")).json() == 1
    assert (await client.get("/gadgets/count?ready=false")).json() == 0
    assert (await client.get("/gadgets/count", headers={"Owner": "bob"})).json() == 0


def test_a_route_by_hand_must_be_async() -> None:
    router = resource_router(gadgets, access)

    def blocking() -> GadgetRead:
        raise NotImplementedError

    with pytest.raises(TypeError, match="blocking must be `async def`"):
        router.get("/blocking")(blocking)


def test_names_in_the_document_are_camel_case(api: ResourceAPI) -> None:
    operations = [
        operation["operationId"]
        for operations in api.openapi()["paths"].values()
        for operation in operations.values()
    ]
    assert operations == [
        *("listGadgets", "createGadget", "countGadgets"),
        *("getGadget", "putGadget", "updateGadget", "deleteGadget", "flipGadget"),
    ]


def test_the_router_is_a_plain_one() -> None:
    app = FastAPI()
    app.include_router(gadget_router(), prefix="/v1")
    assert "/v1/gadgets/{gadget_id}/flip" in app.openapi()["paths"]


async def test_a_route_by_hand_is_closed_to_nobody_even_without_a_scope(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/weather")
    async def weather() -> str:
        """Say how it is."""
        return "fine"

    api = ResourceAPI()
    api.state.database = database
    api.include_router(router)
    assert api.openapi()["paths"]["/gadgets/weather"]["get"]["security"] == [{"owner": []}]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://x") as client:
        assert (await client.get("/gadgets/weather")).status_code == 401
        assert (await client.get("/gadgets/weather?x=1", headers={"Owner": "ann"})).status_code == 422
        assert (await client.get("/gadgets/weather", headers={"Owner": "ann"})).json() == "fine"


async def test_a_route_that_changes_two_rows_asks_of_the_one_in_its_path(
    database: Database, client: httpx.AsyncClient
) -> None:
    router = resource_router(gadgets, access)
    scope = Annotated[Scope[GadgetRead], router.scope]

    @router.post("/{gadget_id}/swap")
    async def swap_gadget(gadget_id: RowId, rows: scope) -> GadgetRead:
        """Change another row, then this one, twice."""
        async with rows.transaction():
            await rows.update(UUID(OTHER), ready=True)
            await rows.update(gadget_id, ready=True)
            return await rows.update(gadget_id, name="swapped")

    api = ResourceAPI()
    api.state.database = database
    api.include_router(router)
    for name in (ID, OTHER):
        await client.put(f"/gadgets/{name}", json={"name": "lamp"})
    await client.put(f"/gadgets/{OTHER}", json={"name": "lamp"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://x") as swapping:
        swapping.headers["Owner"] = "ann"
        stale = await swapping.post(f"/gadgets/{ID}/swap", headers={"If-Match": '"2"'})
        assert stale.status_code == 412
        swapped = await swapping.post(f"/gadgets/{ID}/swap", headers={"If-Match": '"1"'})
    assert (swapped.status_code, swapped.headers["etag"]) == (200, '"3"')
    assert (await client.get(f"/gadgets/{OTHER}")).headers["etag"] == '"3"'
