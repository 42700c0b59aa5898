"""Fixed paths beside paths with parameters, and routes that exclude each other."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Response
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from routers import Database, ResourceAPI, Scope, path_template, resource_router
from tests.support.custom_routers import add_routes, mounted, plain_router, scoped_router
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import GadgetRead, access, gadgets


def application(
    database: Database, *, fast_path: bool, templates: list[str | None] | None = None
) -> ResourceAPI:
    """Serve gadgets with fixed paths below the collection, on the same router and on another one."""
    router = resource_router(gadgets, access)
    add_routes(
        router, "POST /bulk", "POST /{gadget_id}/toggle", "GET /fixed/toggle", "GET /{gadget_id}/x/{y}"
    )
    add_routes(router, "PUT /{gadget_id}/x/fixed")
    other = scoped_router("POST /gadgets/import")
    cors = Middleware(CORSMiddleware, allow_origins=["http://page"], allow_methods=["*"])

    def observe(scope: Any, *_result: Any) -> None:
        if templates is not None:
            templates.append(path_template(scope))

    api = ResourceAPI(title="Gadgets", fast_path=fast_path, observe=observe, outer=[cors])
    api.state.database = database
    api.include_router(router)
    api.include_router(other)
    return api


@pytest.fixture(params=[True, False], ids=["fast", "fallback"])
def client(request: pytest.FixtureRequest, database: Database) -> httpx.AsyncClient:
    return unchecked_client_of(application(database, fast_path=request.param))


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MADEUP"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/gadgets/bulk", "POST"),
        ("/gadgets/fixed/toggle", "GET, HEAD"),
        ("/gadgets/5/toggle", "POST"),
        ("/gadgets/import", "POST"),
        ("/gadgets/5/x/fixed", "PUT"),
        ("/gadgets/5/x/6", "GET, HEAD"),
    ],
)
async def test_a_path_allows_only_its_own_methods(client: httpx.AsyncClient, path: str, allowed: str) -> None:
    for method in sorted(METHODS - set(allowed.split(", "))):
        response = await client.request(method, path)
        assert (response.status_code, response.headers["allow"]) == (405, allowed), method
    for method in allowed.split(", "):
        assert (await client.request(method, path)).status_code == 200, method


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/gadgets/5", "DELETE, GET, HEAD, PATCH, PUT"),
        ("/gadgets", "GET, HEAD, POST"),
        ("/docs", "GET, HEAD"),
    ],
)
async def test_a_fixed_path_changes_no_other_path(client: httpx.AsyncClient, path: str, allowed: str) -> None:
    response = await client.request("TRACE", path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
    assert (await client.get("/gadgets/5")).status_code == 422


async def test_a_preflight_request_for_a_fixed_path_is_answered_by_cors(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://page", "Access-Control-Request-Method": "POST"}
    assert (await client.options("/gadgets/bulk", headers=headers)).status_code == 200


@pytest.mark.parametrize("fast_path", [True, False])
async def test_the_template_of_a_fixed_path_is_recorded(database: Database, *, fast_path: bool) -> None:
    templates: list[str | None] = []
    api = application(database, fast_path=fast_path, templates=templates)
    async with unchecked_client_of(api) as client:
        for method in ("GET", "POST", "TRACE"):
            await client.request(method, "/gadgets/bulk")
    assert templates == ["/gadgets/bulk"] * 3


def included(*routers: APIRouter) -> ResourceAPI:
    api = ResourceAPI(title="Gadgets")
    for router in routers:
        api.include_router(router)
    return api


@pytest.mark.parametrize(
    ("routers", "message"),
    [
        (
            [scoped_router("GET /a", "GET /a")],
            "GET /a is declared twice, by GET/a0 and GET/a1: change the path of one, or leave",
        ),
        (
            [scoped_router("GET /{x}", prefix="/a"), scoped_router("GET /a/{x}")],
            "GET /a/{x} is declared twice, by GET/{x}0 and GET/a/{x}0: change the path of one",
        ),
        (
            [plain_router("GET /a"), scoped_router("GET /a")],
            "GET /a is declared twice, by respond and GET/a0: change the path of one",
        ),
        (
            [APIRouter(routes=[Mount("/a", mounted), Mount("/a", mounted, name="b")])],
            "DELETE /a/{path} is declared twice, by a mounted application and b: change the path of one",
        ),
        (
            [scoped_router("GET /a/{x}", "PUT /a/{y}")],
            "/a/{x} and /a/{y} are one path: give its parameters the same names.",
        ),
        (
            [scoped_router("GET /a/{x:int}"), plain_router("PUT /a/{x}")],
            "/a/{x:int} and /a/{x} are one path in the OpenAPI document: give their parameters the same",
        ),
        (
            [plain_router("GET /a/{x}"), scoped_router("GET /a/b")],
            "GET /a/b is hidden by GET /a/{x}, which comes first: declare it, or include its router,",
        ),
        (
            [plain_router("GET /a/{x}/c"), scoped_router("GET /a/b/{y}")],
            "GET /a/b/{y} is hidden by GET /a/{x}/c, which comes first",
        ),
        (
            [plain_router("GET /{x:path}"), plain_router("GET /a/b")],
            "GET /a/b is hidden by GET /{x}, which comes first",
        ),
        (
            [APIRouter(routes=[Mount("/a", mounted)]), scoped_router("PUT /a/{x}")],
            "PUT /a/{x} is hidden by PUT /a/{path}, which comes first",
        ),
        (
            [scoped_router("HEAD /a", "PUT /a")],
            "HEAD /a is never reached, because HEAD is processed as GET: declare GET.",
        ),
    ],
)
def test_routes_that_exclude_each_other_are_rejected_when_they_are_included(
    routers: list[APIRouter], message: str
) -> None:
    with pytest.raises(TypeError) as error:
        included(*routers)
    assert str(error.value).startswith(message)


def test_a_custom_route_cannot_replace_a_generated_one() -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}")
    async def get_custom(gadget_id: str, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        raise NotImplementedError

    with pytest.raises(TypeError, match="is declared twice, by getCustom and getGadget: change"):
        included(router)


def test_routes_that_do_not_exclude_each_other_are_accepted() -> None:
    included(
        scoped_router("GET /a/b", "PUT /a/{x}", "GET /a/{x}", "GET /a/{x}/c", "GET /a/b/{y}"),
        scoped_router("DELETE /a/b", "GET /files/{rest:path}", "GET /a"),
        plain_router("GET /a/c", "PATCH /a/{x}", "GET /b/{x:int}", "GET /b/x.json", "GET /b/{y}.json"),
    )


async def test_routes_that_are_added_after_their_router_are_checked_when_the_application_starts() -> None:
    router = scoped_router("GET /a/{x}")
    api = included(router)
    add_routes(router, "PUT /a/{y}")

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(_message: Any) -> None:
        raise NotImplementedError

    with pytest.raises(TypeError, match=r"/a/\{x\} and /a/\{y\} are one path"):
        await api({"type": "lifespan", "state": {}}, receive, send)
