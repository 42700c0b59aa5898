"""Custom routes beside the generated ones."""

from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Response

from routers import Database, ResourceAPI, RowId, Scope, resource_router
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import OTHER_ID, ROW_ID, GadgetRead, access, gadgets

ROW = f"/gadgets/{ROW_ID}"
OTHER_ROW = f"/gadgets/{OTHER_ID}"


async def test_a_custom_route_that_returns_a_row_responds_like_a_generated_one(
    client: httpx.AsyncClient,
) -> None:
    await client.put(ROW, json={"name": "lamp"})
    response = await client.post(f"{ROW}/flip")
    assert (response.json()["ready"], response.headers["etag"]) == (True, '"2"')
    assert (await client.get(ROW)).content == response.content


async def test_a_custom_route_can_set_the_status_of_the_row_that_it_returns(
    database: Database, client: httpx.AsyncClient
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/check", status_code=202)
    async def check_gadget(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> GadgetRead:
        return await rows.get(gadget_id)

    row = await client.put(ROW, json={"name": "lamp"})
    async with unchecked_client_of(application_of(router, database)) as custom_client:
        response = await custom_client.post(f"{ROW}/check")
    assert (response.status_code, response.headers["etag"]) == (202, '"1"')
    assert response.content == row.content


@pytest.mark.parametrize(
    ("result", "text"), [(Response("plain"), "plain"), (5, "5"), ({"a": [1]}, '{"a":[1]}')]
)
async def test_a_custom_route_can_return_a_response_or_any_json_value(
    database: Database, result: Any, text: str
) -> None:
    router = resource_router(gadgets, access)

    @router.get("/custom")
    async def get_custom(rows: Annotated[Scope[GadgetRead], router.scope]) -> Any:
        return result

    async with unchecked_client_of(application_of(router, database)) as client:
        assert (await client.get("/gadgets/custom")).text == text


async def test_fastcrud_in_a_custom_route_counts_only_rows_of_the_owner(client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "of ann", "ready": True})
    assert (await client.get("/gadgets/count")).json() == 1
    assert (await client.get("/gadgets/count?ready=false")).json() == 0
    assert (await client.get("/gadgets/count", headers={"Owner": "bob"})).json() == 0


def test_a_custom_route_must_be_async() -> None:
    router = resource_router(gadgets, access)

    def blocking() -> GadgetRead:
        raise NotImplementedError

    with pytest.raises(TypeError, match="blocking must be `async def`"):
        router.get("/blocking")(blocking)


async def test_a_custom_route_without_a_scope_requires_an_owner_and_checks_the_query(
    database: Database,
) -> None:
    router = resource_router(gadgets, access)

    @router.get("/weather")
    async def get_weather() -> str:
        return "fine"

    api = application_of(router, database)
    assert api.openapi()["paths"]["/gadgets/weather"]["get"]["security"] == [{"owner": []}]
    async with unchecked_client_of(api) as client:
        assert (await client.get("/gadgets/weather", headers={"Owner": ""})).status_code == 401
        assert (await client.get("/gadgets/weather?x=1")).status_code == 422
        assert (await client.get("/gadgets/weather")).json() == "fine"


async def test_preconditions_apply_to_the_first_change_of_the_row_in_the_path(
    database: Database, client: httpx.AsyncClient
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/swap")
    async def swap_gadget(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> GadgetRead:
        """Change another row, then the one in the path, twice."""
        async with rows.transaction():
            await rows.update(UUID(OTHER_ID), ready=True)
            await rows.update(gadget_id, ready=True)
            return await rows.update(gadget_id, name="swapped")

    for row in (ROW, OTHER_ROW, OTHER_ROW):
        await client.put(row, json={"name": "lamp"})
    async with unchecked_client_of(application_of(router, database)) as custom_client:
        stale = await custom_client.post(f"{ROW}/swap", headers={"If-Match": '"2"'})
        assert stale.status_code == 412
        swapped = await custom_client.post(f"{ROW}/swap", headers={"If-Match": '"1"'})
    assert (swapped.status_code, swapped.headers["etag"]) == (200, '"3"')
    assert (await client.get(OTHER_ROW)).headers["etag"] == '"3"'


async def test_a_route_on_another_router_cannot_take_a_scope() -> None:
    plain = APIRouter()
    scope = Annotated[Scope[GadgetRead], resource_router(gadgets, access).scope]

    @plain.get("/elsewhere")
    async def get_elsewhere(rows: scope) -> None:
        """Take a scope outside of the router of its resource."""

    errors: list[Exception | None] = []
    api = ResourceAPI(observe=lambda _scope, _status, _seconds, error: errors.append(error))
    api.include_router(plain)
    async with unchecked_client_of(api) as client:
        assert (await client.get("/elsewhere")).status_code == 500
    (error,) = errors
    assert isinstance(error, TypeError)
    assert str(error) == (
        "/elsewhere: only routes on a ScopedRouter, like the router of a resource, have a scope."
    )
