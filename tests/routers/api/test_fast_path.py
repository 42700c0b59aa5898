"""The requests that take the fast path, and those that FastAPI processes."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Header, Query, Request, Response
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.routing import Mount, WebSocketRoute

from routers import Access, Database, OwnerId, ResourceAPI, Scope, resource_router
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadget_router, gadgets


class ObservedApplication:
    """An application that records for each request whether FastAPI resolved its dependencies."""

    def __init__(self, router: APIRouter, database: Database, **options: Any) -> None:
        self.by_fastapi: list[bool] = []
        self.api = ResourceAPI(title="Gadgets", observe=self._observe, **options)
        self.api.state.database = database
        self.api.include_router(router)

    def _observe(self, scope: Any, _status: int, _seconds: float, _error: Exception | None) -> None:
        self.by_fastapi.append("fastapi_inner_astack" in scope)

    def client(self) -> httpx.AsyncClient:
        return unchecked_client_of(self.api)


async def use_every_operation(client: httpx.AsyncClient, prefix: str = "") -> list[int]:
    """Send valid and invalid requests to every operation and return the statuses."""
    row = f"{prefix}/gadgets/{ROW_ID}"
    responses = [
        await client.put(row, json={"name": "lamp"}),
        await client.get(row),
        await client.patch(row, json={"name": "desk lamp"}),
        await client.post(f"{row}/flip"),
        await client.get(f"{prefix}/gadgets", params={"limit": 5}),
        await client.delete(row),
        await client.post(f"{prefix}/gadgets", json={"name": "lamp"}),
        await client.post(f"{prefix}/gadgets", json={"name": 5}),
        await client.get(row),
    ]
    return [response.status_code for response in responses]


STATUSES = [201, 200, 200, 200, 200, 204, 201, 422, 404]


async def test_generated_routes_and_custom_routes_that_return_a_row_take_the_fast_path(
    database: Database, empty: None
) -> None:
    observed = ObservedApplication(gadget_router(), database)
    async with observed.client() as client:
        assert await use_every_operation(client) == STATUSES
    assert observed.by_fastapi == [False] * len(STATUSES)


async def test_an_option_of_the_application_turns_the_fast_path_off(database: Database, empty: None) -> None:
    observed = ObservedApplication(gadget_router(), database, fast_path=False)
    async with observed.client() as client:
        assert await use_every_operation(client) == STATUSES
    assert observed.by_fastapi == [True] * len(STATUSES)


async def test_requests_to_a_mounted_application_take_the_fast_path(database: Database, empty: None) -> None:
    observed = ObservedApplication(gadget_router(), database)
    async with unchecked_client_of(FastAPI(routes=[Mount("/deep", observed.api)])) as client:
        assert await use_every_operation(client, "/deep") == STATUSES
    assert observed.by_fastapi == [False] * len(STATUSES)


async def test_a_websocket_route_does_not_turn_the_fast_path_off(database: Database, empty: None) -> None:
    async def connect(_websocket: Any) -> None:
        raise NotImplementedError

    observed = ObservedApplication(gadget_router(), database, routes=[WebSocketRoute("/gadgets", connect)])
    async with observed.client() as client:
        assert (await client.post("/gadgets", json={"name": "lamp"})).status_code == 201
    assert observed.by_fastapi == [False]


async def takes_a_header(kind: Annotated[str, Header()] = "x") -> Response:
    return Response(kind)


async def takes_the_response(response: Response) -> Response:
    return Response(str(response.status_code))


async def takes_two_query_parameters(one: Annotated[int, Query()], two: Annotated[int, Query()]) -> Response:
    return Response(f"{one + two}")


class LampHeaders(BaseModel):
    watts: int = 5


async def takes_headers_as_a_model(headers: Annotated[LampHeaders, Header()]) -> Response:
    return Response(str(headers.watts))


async def has_no_return_type(request: Request) -> Any:
    return Response(request.url.path)


@pytest.mark.parametrize(
    "endpoint",
    [
        takes_a_header,
        takes_the_response,
        takes_two_query_parameters,
        takes_headers_as_a_model,
        has_no_return_type,
    ],
)
async def test_fastapi_serves_an_endpoint_that_the_fast_path_does_not_support(
    database: Database, endpoint: Callable[..., Any]
) -> None:
    router = resource_router(gadgets, access)
    router.add_api_route("/more", endpoint, methods=["GET"], response_model=None)
    observed = ObservedApplication(router, database)
    async with observed.client() as client:
        query = {"one": 1, "two": 2} if endpoint is takes_two_query_parameters else {}
        assert (await client.get("/gadgets/more", params=query)).status_code == 200
    assert observed.by_fastapi == [True]


async def test_a_custom_route_that_takes_the_request_and_a_scope_takes_the_fast_path(
    database: Database, empty: None
) -> None:
    router = resource_router(gadgets, access)

    @router.get("/more")
    async def count_rows(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        page = await rows.list()
        return Response(f"{request.url.path} {len(page.items)}")

    observed = ObservedApplication(router, database)
    async with observed.client() as client:
        assert (await client.get("/gadgets/more")).text == "/gadgets/more 0"
    assert observed.by_fastapi == [False]


async def owner_from_a_header(owner: Annotated[str, Header()]) -> OwnerId:
    return OwnerId(owner)


async def owner_without_parameters() -> OwnerId:
    return OwnerId("ann")


async def owner_with_the_response(request: Request, response: Response) -> OwnerId:
    return OwnerId("ann")


def owner_in_a_thread(request: Request) -> OwnerId:
    return OwnerId("ann")


@pytest.mark.parametrize(
    "owner", [owner_from_a_header, owner_without_parameters, owner_with_the_response, owner_in_a_thread]
)
async def test_fastapi_resolves_an_owner_provider_that_is_no_async_function_of_the_request(
    database: Database, empty: None, owner: Callable[..., Any]
) -> None:
    observed = ObservedApplication(resource_router(gadgets, Access(owner, access.database)), database)
    async with observed.client() as client:
        assert (await client.get("/gadgets")).status_code == 200
    assert observed.by_fastapi == [True]


class BearerOwner(HTTPBearer):
    """A FastAPI security class that returns an owner."""

    async def __call__(self, request: HTTPConnection) -> Any:
        """Return the token as the owner."""
        credentials = await super().__call__(request)
        return OwnerId(credentials.credentials if credentials else "")


async def test_a_security_class_that_returns_the_owner_takes_the_fast_path_with_its_own_401(
    database: Database, empty: None
) -> None:
    bearer = BearerOwner(scheme_name="owner")
    observed = ObservedApplication(resource_router(gadgets, Access(bearer, access.database)), database)
    async with observed.client() as client:
        accepted = await client.get("/gadgets", headers={"Authorization": "Bearer ann"})
        del client.headers["Authorization"]
        rejected = await client.get("/gadgets")
    assert observed.by_fastapi == [False, False]
    assert accepted.status_code == 200
    assert (rejected.status_code, rejected.headers["www-authenticate"]) == (401, "Bearer")
    assert rejected.json()["detail"] == "This operation requires an owner."
