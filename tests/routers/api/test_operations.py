"""The generated operations of a resource."""

import re
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from routers import ResourceAPI
from tests.support.gadgets import OTHER_ID, ROW_ID, gadget_router

ROW = f"/gadgets/{ROW_ID}"


async def test_create_returns_the_row_with_its_location_and_etag(client: httpx.AsyncClient) -> None:
    response = await client.post("/gadgets", json={"name": "lamp"})
    assert response.status_code == 201
    row = response.json()
    assert UUID(row["id"]).version == 7
    assert response.headers["location"] == f"/gadgets/{row['id']}"
    assert response.headers["etag"] == '"1"'
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", row.pop("created_at"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", row.pop("updated_at"))
    assert row == {"id": row["id"], "version": 1, "name": "lamp", "note": None, "ready": False}


async def test_get_returns_the_same_bytes_as_create(client: httpx.AsyncClient) -> None:
    created = await client.post("/gadgets", json={"name": "lamp", "note": "Ü😀\n", "ready": True})
    response = await client.get(created.headers["location"])
    assert response.status_code == 200
    assert response.content == created.content
    assert response.headers["etag"] == created.headers["etag"]


async def test_put_creates_a_row_and_then_replaces_it(client: httpx.AsyncClient) -> None:
    created = await client.put(ROW, json={"name": "lamp", "note": "new", "ready": True})
    assert created.status_code == 201
    assert created.headers["location"] == ROW
    replaced = await client.put(ROW, json={"name": "bulb"})
    assert replaced.status_code == 200
    assert "location" not in replaced.headers
    row = replaced.json()
    assert (row["name"], row["note"], row["ready"], row["version"]) == ("bulb", None, False, 2)
    assert row["created_at"] == created.json()["created_at"]
    assert row["updated_at"] > created.json()["updated_at"]


async def test_patch_leaves_omitted_members_unchanged_and_sets_null(client: httpx.AsyncClient) -> None:
    await client.put(ROW, json={"name": "lamp", "note": "old", "ready": True})
    renamed = await client.patch(ROW, json={"name": "bulb"})
    row = renamed.json()
    assert (row["name"], row["note"], row["ready"], row["version"]) == ("bulb", "old", True, 2)
    cleared = await client.patch(ROW, json={"note": None})
    assert (cleared.json()["name"], cleared.json()["note"], cleared.json()["version"]) == ("bulb", None, 3)
    assert cleared.headers["etag"] == '"3"'


async def test_an_empty_patch_changes_nothing(client: httpx.AsyncClient) -> None:
    before = await client.put(ROW, json={"name": "lamp"})
    after = await client.patch(ROW, json={})
    assert after.status_code == 200
    assert after.content == before.content


async def test_delete_removes_a_row_once(client: httpx.AsyncClient) -> None:
    await client.put(ROW, json={"name": "lamp"})
    deleted = await client.delete(ROW)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await client.delete(ROW)).status_code == 404
    assert (await client.get(ROW)).status_code == 404


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
async def test_a_row_of_another_owner_and_a_missing_row_have_identical_responses(
    client: httpx.AsyncClient, method: str, path: str, body: object, headers: dict[str, str]
) -> None:
    await client.put(ROW, json={"name": "lamp"})
    headers = {**headers, "Owner": "bob", "X-Request-ID": "same"}
    foreign = await client.request(method, f"{ROW}{path}", json=body, headers=headers)
    missing = await client.request(method, f"/gadgets/{OTHER_ID}{path}", json=body, headers=headers)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers == missing.headers
    assert (await client.get(ROW)).json()["version"] == 1


async def test_two_owners_can_have_rows_with_the_same_id(client: httpx.AsyncClient) -> None:
    bob = {"Owner": "bob"}
    assert (await client.put(ROW, json={"name": "of ann"})).status_code == 201
    assert (await client.put(ROW, json={"name": "of bob"}, headers=bob)).status_code == 201
    assert (await client.get(ROW)).json()["name"] == "of ann"
    rows = (await client.get("/gadgets", headers=bob)).json()["items"]
    assert [row["name"] for row in rows] == ["of bob"]
    assert (await client.delete(ROW, headers=bob)).status_code == 204
    assert (await client.get(ROW)).status_code == 200


def test_operation_ids_are_in_camel_case(api: ResourceAPI) -> None:
    operation_ids = [
        operation["operationId"]
        for operations in api.openapi()["paths"].values()
        for operation in operations.values()
    ]
    assert operation_ids == [
        *("listGadgets", "createGadget", "countGadgets"),
        *("getGadget", "putGadget", "updateGadget", "deleteGadget", "flipGadget"),
    ]


def test_a_plain_fastapi_application_can_include_the_router_under_a_prefix() -> None:
    app = FastAPI()
    app.include_router(gadget_router(), prefix="/v1")
    assert "/v1/gadgets/{gadget_id}/flip" in app.openapi()["paths"]
