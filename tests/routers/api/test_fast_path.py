"""Which requests take the fast path."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Header, Query, Request, Response
from starlette.routing import Mount, WebSocketRoute

from routers import Access, Database, OwnerId, ResourceAPI, ResourceRouter, Scope, resource_router
from tests.support.gadget_applications import client_through
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets

ID = "0190b5a0-0000-7000-8000-000000000001"
BODY = {"name": "lamp"}


class Observed:
    """An application, and for each request whether FastAPI resolved its dependencies."""

    def __init__(self, router: APIRouter, database: Database, **options: Any) -> None:
        self.by_fastapi: list[bool] = []
        self.api = ResourceAPI(title="Gadgets", observe=self._observe, **options)
        self.api.state.database = database
        self.api.include_router(router)

    def _observe(self, scope: Any, _status: int, _seconds: float, _error: Exception | None) -> None:
        self.by_fastapi.append("fastapi_inner_astack" in scope)

    def client(self, app: Any = None) -> httpx.AsyncClient:
        return client_through(httpx.ASGITransport(app or self.api, raise_app_exceptions=False))


async def use_every_operation(client: httpx.AsyncClient, prefix: str = "") -> list[int]:
    row = f"{prefix}/gadgets/{ID}"
    responses = [
        await client.put(row, json=BODY),
        await client.get(row),
        await client.patch(row, json={"name": "desk lamp"}),
        await client.post(f"{row}/flip"),
        await client.get(f"{prefix}/gadgets", params={"limit": 5}),
        await client.delete(row),
        await client.post(f"{prefix}/gadgets", json=BODY),
        await client.post(f"{prefix}/gadgets", json={"name": 5}),
        await client.get(row),
    ]
    return [response.status_code for response in responses]


STATUSES = [201, 200, 200, 200, 200, 204, 201, 422, 404]


async def test_generated_routes_and_custom_routes_that_return_a_row_take_the_fast_path(
    database: Database, empty: None
) -> None:
    observed = Observed(gadget_router(), database)
    async with observed.client() as client:
        assert await use_every_operation(client) == STATUSES
    assert observed.by_fastapi == [False] * len(STATUSES)


async def test_a_setting_of_the_application_turns_the_fast_path_off(database: Database, empty: None) -> None:
    observed = Observed(gadget_router(), database, fast_path=False)
    async with observed.client() as client:
        assert await use_every_operation(client) == STATUSES
    assert observed.by_fastapi == [True] * len(STATUSES)


async def test_a_mounted_application_uses_the_fast_path(database: Database, empty: None) -> None:
    observed = Observed(gadget_router(), database)
    async with observed.client(FastAPI(routes=[Mount("/deep", observed.api)])) as client:
        assert await use_every_operation(client, "/deep") == STATUSES
    assert observed.by_fastapi == [False] * len(STATUSES)


async def test_a_websocket_route_does_not_turn_the_fast_path_off(database: Database, empty: None) -> None:
    async def connect(_websocket: Any) -> None:
        raise NotImplementedError

    observed = Observed(gadget_router(), database, routes=[WebSocketRoute("/gadgets", connect)])
    async with observed.client() as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 201
    assert observed.by_fastapi == [False]


async def takes_a_header(kind: Annotated[str, Header()] = "x") -> Response:
    return Response(kind)


async def takes_the_response(response: Response) -> Response:
    return response


async def takes_two_query_parameters(one: Annotated[int, Query()], two: Annotated[int, Query()]) -> Response:
    return Response(f"{one + two}")


async def declares_no_return_type(request: Request) -> Any:
    return Response(request.url.path)


@pytest.mark.parametrize(
    "endpoint", [takes_a_header, takes_the_response, takes_two_query_parameters, declares_no_return_type]
)
async def test_fastapi_serves_an_endpoint_that_takes_something_else(
    database: Database, endpoint: Callable[..., Any]
) -> None:
    router = resource_router(gadgets, access)
    router.add_api_route("/more", endpoint, methods=["GET"], response_model=None)
    observed = Observed(router, database)
    async with observed.client() as client:
        query = {"one": 1, "two": 2} if endpoint is takes_two_query_parameters else {}
        assert (await client.get("/gadgets/more", params=query)).status_code == 200
    assert observed.by_fastapi == [True]


async def takes_the_request_and_a_scope(
    router: ResourceRouter[GadgetRead],
) -> Callable[..., Any]:
    async def endpoint(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        page = await rows.list()
        return Response(f"{request.url.path} {len(page.items)}")

    return endpoint


async def test_a_custom_route_that_takes_the_request_and_a_scope_takes_the_fast_path(
    database: Database, empty: None
) -> None:
    router = resource_router(gadgets, access)
    router.add_api_route("/more", await takes_the_request_and_a_scope(router), methods=["GET"])
    observed = Observed(router, database)
    async with observed.client() as client:
        assert (await client.get("/gadgets/more")).text == "/gadgets/more 0"
    assert observed.by_fastapi == [False]


async def owner_from_a_header(owner: Annotated[str, Header()]) -> OwnerId:
    return OwnerId(owner)


async def owner_from_nothing() -> OwnerId:
    return OwnerId("ann")


async def owner_with_the_response(request: Request, response: Response) -> OwnerId:
    return OwnerId("ann")


def owner_in_a_thread(request: Request) -> OwnerId:
    return OwnerId("ann")


@pytest.mark.parametrize(
    "owner", [owner_from_a_header, owner_from_nothing, owner_with_the_response, owner_in_a_thread]
)
async def test_fastapi_resolves_an_owner_dependency_that_is_no_async_function_of_the_request(
    database: Database, empty: None, owner: Callable[..., Any]
) -> None:
    observed = Observed(resource_router(gadgets, Access(owner, access.database)), database)
    async with observed.client() as client:
        assert (await client.get("/gadgets")).status_code == 200
    assert observed.by_fastapi == [True]
