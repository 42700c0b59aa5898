"""The most specific path serves a request, whatever the order of the routes."""

import pytest
from fastapi import APIRouter, FastAPI, Response
from starlette.routing import Mount, Route

from routers import Database, ResourceAPI, resource_router
from tests.support.custom_routers import echo_route, echo_router, mounted, plain_router, scoped_router
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import access, gadgets


def services() -> list[APIRouter]:
    """Return routers whose fixed paths match parameters of others, each with general paths first."""
    inner = APIRouter(routes=[echo_route("/services/inner")])
    nested = APIRouter()
    nested.include_router(inner)
    return [
        echo_router("/{rest:path}"),
        echo_router("/{tenant}/services", "/services/{service_id}", "/services/{a}/{b}"),
        echo_router("/services/types", "/services/{a}/parts"),
        nested,
        APIRouter(routes=[echo_route("/services/plain"), Mount("/services/files", mounted)]),
    ]


@pytest.mark.parametrize("fast_path", [True, False], ids=["fast", "fallback"])
@pytest.mark.parametrize("is_reversed", [False, True], ids=["general first", "fixed first"])
async def test_the_most_specific_path_responds_whatever_the_order_of_the_routers(
    database: Database, *, fast_path: bool, is_reversed: bool
) -> None:
    api = ResourceAPI(fast_path=fast_path)
    api.state.database = database
    for router in reversed(services()) if is_reversed else services():
        api.include_router(router)
    expected = {
        "/services/types": "/services/types",
        "/services/plain": "/services/plain",
        "/services/inner": "/services/inner",
        "/services/5": "/services/{service_id}",
        "/services/services": "/services/{service_id}",
        "/x/services": "/{tenant}/services",
        "/services/5/parts": "/services/{a}/parts",
        "/services/5/6": "/services/{a}/{b}",
        "/services/5/6/7": "/{rest:path}",
        "/docs/assets": "/{rest:path}",
        "/services/files/logo": "mounted/services/files/logo",
    }
    async with unchecked_client_of(api) as client:
        responses = {path: await client.get(path) for path in expected}
        heads = {path: (await client.head(path)).headers["content-length"] for path in expected}
        refused = [await client.put(path) for path in expected if "files" not in path]
    assert {path: response.text for path, response in responses.items()} == expected
    assert heads == {path: str(len(text)) for path, text in expected.items()}
    assert [(each.status_code, each.headers["allow"]) for each in refused] == [(405, "GET, HEAD")] * 10


@pytest.mark.parametrize("fast_path", [True, False], ids=["fast", "fallback"])
async def test_a_path_of_a_plain_router_allows_only_its_own_methods(
    database: Database, *, fast_path: bool
) -> None:
    api = ResourceAPI(fast_path=fast_path)
    api.state.database = database
    api.include_router(resource_router(gadgets, access))
    api.include_router(plain_router("GET /gadgets/kinds"))
    async with unchecked_client_of(api) as client:
        assert (await client.get("/gadgets/kinds")).text == "custom"
        response = await client.delete("/gadgets/kinds")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("fast_path", [True, False], ids=["fast", "fallback"])
async def test_a_route_that_serves_all_other_paths_serves_the_methods_that_they_lack(
    database: Database, *, fast_path: bool
) -> None:
    api = ResourceAPI(fast_path=fast_path)
    api.state.database = database
    api.include_router(scoped_router("POST /login"))
    api.include_router(plain_router("GET /{page:path}"))
    async with unchecked_client_of(api) as client:
        assert (await client.get("/login")).status_code == 200
        response = await client.put("/login")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_mounted_application_has_paths_of_its_own(database: Database, empty: None) -> None:
    router = resource_router(gadgets, access)
    inner = FastAPI()
    inner.state.database = database
    inner.include_router(router)
    api = ResourceAPI()
    api.state.database = database
    api.include_router(router)
    api.mount("/v2", inner)
    async with unchecked_client_of(api) as client:
        responses = [await client.get(path) for path in ("/gadgets", "/v2/gadgets", "/v2/gadgets?limit=x")]
    assert [each.status_code for each in responses] == [200, 200, 422]


async def test_an_application_can_replace_the_documentation_page() -> None:
    api = ResourceAPI(routes=[Route("/docs", lambda _request: Response("own"))])
    async with unchecked_client_of(api) as client:
        assert (await client.get("/docs")).text == "own"
