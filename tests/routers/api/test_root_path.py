"""Applications below a path prefix: mounted, behind gateways, and with the root path of a server."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from routers import Database, ResourceAPI, RootPathError, path_template, route_path
from tests.support.gadget_applications import FAST_PATH, application_of
from tests.support.gadgets import ROW_ID, gadget_router

Application = Callable[..., ResourceAPI]


def received(app: ASGIApp, change: Callable[[str], str], root_path: str = "") -> ASGIApp:
    """Return an application that receives other paths than clients send, and a root path from its server."""

    async def receive_request(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "path": change(scope["path"]), "root_path": root_path}, receive, send)

    return receive_request


def without_prefix(path: str) -> str:
    return path.removeprefix("/a/b")


def with_root_path_of_fastapi(app: ASGIApp) -> FastAPI:
    """Return FastAPI's own application with a root path, which it sets in every scope."""
    outer = FastAPI(routes=[Mount("/b", app)])
    outer.root_path = "/a"  # as the deprecated argument of the constructor does
    return outer


WAYS: dict[str, Callable[[Application], ASGIApp]] = {
    "mounted": lambda api: FastAPI(routes=[Mount("/a/b", api())]),
    "mounted in a mounted application": lambda api: FastAPI(
        routes=[Mount("/a", FastAPI(routes=[Mount("/b", api())]))]
    ),
    "mounted in an application of its own kind": lambda api: ResourceAPI(
        title="Outer", root_path="/a", routes=[Mount("/b", api())]
    ),
    "mounted with a root path, which is passed on": lambda api: received(
        FastAPI(routes=[Mount("/b", api(root_path="/a"))]), lambda path: path.removeprefix("/a")
    ),
    "behind a gateway that removes the prefix": lambda api: received(api(root_path="/a/b"), without_prefix),
    "behind a gateway that keeps the prefix": lambda api: api(root_path="/a/b"),
    "with the root path of a server": lambda api: received(api(), str, "/a/b"),
    "with the root path of a server that is not in the path": lambda api: received(
        api(), without_prefix, "/a/b"
    ),
    "with the root path of a server that ends with a slash": lambda api: received(
        api(), lambda path: f"/a/b/{without_prefix(path)}", "/a/b/"
    ),
    "with such a root path without another slash in the path": lambda api: received(api(), str, "/a/b/"),
    "with such a root path that is not in the path": lambda api: received(api(), without_prefix, "/a/b/"),
    "with the same root path of the server": lambda api: received(api(root_path="/a/b"), str, "/a/b"),
    "with both root paths before a gateway that keeps them": lambda api: received(
        api(root_path="/a/b"), lambda path: f"/a/b{path}", "/a/b"
    ),
    "mounted below FastAPI's root path": lambda api: with_root_path_of_fastapi(api()),
    "mounted below FastAPI's root path that a gateway removes": lambda api: received(
        with_root_path_of_fastapi(api()), lambda path: path.removeprefix("/a")
    ),
}
"""How to serve an application at /a/b."""


@pytest.fixture
def templates() -> list[tuple[str | None, str]]:
    """Return a list that gets the template and the path below the prefix of each request."""
    return []


@pytest.fixture(params=WAYS)
async def below(
    request: pytest.FixtureRequest, database: Database, empty: None, templates: list[tuple[str | None, str]]
) -> Any:
    """Return a client of an application at /a/b."""

    def observe(scope: Scope, *_result: Any) -> None:
        templates.append((path_template(scope), route_path(scope)))

    def application(**options: Any) -> ResourceAPI:
        return application_of(gadget_router(), database, observe=observe, **options)

    transport = httpx.ASGITransport(WAYS[request.param](application))
    headers = {"Owner": "ann"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test/a/b", headers=headers) as client:
        yield client


async def test_a_location_below_a_prefix_includes_it(below: httpx.AsyncClient) -> None:
    created = await below.post("/gadgets", json={"name": "lamp"})
    put = await below.put(f"/gadgets/{ROW_ID}", json={"name": "torch"})
    assert created.headers["location"] == f"/a/b/gadgets/{created.json()['id']}"
    assert put.headers["location"] == f"/a/b/gadgets/{ROW_ID}"
    for response in (created, put):
        row = await below.get(f"http://test{response.headers['location']}")
        assert (row.status_code, row.content) == (200, response.content)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/gadgets", "GET, HEAD, POST"),
        ("POST", f"/gadgets/{ROW_ID}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("OPTIONS", f"/gadgets/{ROW_ID}/flip", "POST"),
        ("HEAD", f"/gadgets/{ROW_ID}/flip", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/docs/assets/docs.js", "GET, HEAD"),
    ],
)
async def test_allow_below_a_prefix_lists_all_methods(
    below: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    response = await below.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allow)


async def test_the_page_and_the_document_below_a_prefix_name_it_as_the_server(
    below: httpx.AsyncClient,
) -> None:
    page = await below.get("/docs")
    script = await below.get(str(page.url.join("docs/assets/docs.js")))
    document = (await below.get(str(page.url.join("openapi.json")))).json()
    assert (page.status_code, script.status_code) == (200, 200)
    assert document["servers"] == [{"url": "/a/b", "description": "This server.", "x-internal": False}]


async def test_the_template_of_a_route_has_no_prefix(
    below: httpx.AsyncClient, templates: list[tuple[str | None, str]]
) -> None:
    await below.get(f"/gadgets/{ROW_ID}")
    assert (await below.get("/nowhere")).status_code == 404
    assert templates == [("/gadgets/{gadget_id}", f"/gadgets/{ROW_ID}"), (None, "/nowhere")]


async def test_each_mount_of_an_application_has_its_own_locations_and_document(
    database: Database, empty: None
) -> None:
    api = application_of(gadget_router(), database)
    outer = FastAPI(routes=[Mount("/first", api), Mount("/teams/{team}", api)])
    client = httpx.AsyncClient(transport=httpx.ASGITransport(outer), headers={"Owner": "ann"})
    for root in ("http://test/first", "http://test/teams/a%20%E2%82%AC%7Bx%7D", "http://test/first"):
        location = (await client.post(f"{root}/gadgets", json={"name": "lamp"})).headers["location"]
        assert f"http://test{location}".startswith(f"{root}/gadgets/")
        document = (await client.get(f"{root}/openapi.json")).json()
        assert [f"http://test{server['url']}" for server in document["servers"]] == [root]


async def test_paths_without_the_prefix_reach_the_application_too(database: Database, empty: None) -> None:
    transport = httpx.ASGITransport(application_of(gadget_router(), database, root_path="/doc"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        paths = ("/docs", "/doc/docs", "/doc/doc/docs", "/docsdocs", "/doc", "/doc/", "/doc//docs", "doc")
        assert [(await client.get(path)).status_code for path in paths] == [200, 200] + [404] * 6


async def test_a_path_that_only_begins_like_the_prefix_is_not_below_it(database: Database) -> None:
    transport = httpx.ASGITransport(application_of(gadget_router(), database, root_path="/gad"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.put("/gadgets")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_the_urls_of_fastapi_below_a_prefix_include_it() -> None:
    api = ResourceAPI(title="URLs", root_path="/a", fast_path=FAST_PATH)

    @api.get("/url")
    async def url(request: Request) -> list[str]:
        return [str(request.url), str(request.url_for("url"))]

    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        assert (await client.get("/url")).json() == ["http://test/a/url"] * 2


OTHER: dict[str, Any] = {"url": "https://other.example/a", "description": "Another server."}


@pytest.mark.parametrize(
    ("servers", "documented"),
    [
        ([OTHER], [{"url": "/a", "description": "This server.", "x-internal": False}, OTHER]),
        ([{"url": "/a"}, OTHER], [{"url": "/a"}, OTHER]),
        (None, [{"url": "/a", "description": "This server.", "x-internal": False}]),
    ],
)
def test_the_servers_of_an_application_are_kept_below_a_prefix(
    servers: list[dict[str, Any]] | None, documented: list[dict[str, Any]]
) -> None:
    api = ResourceAPI(title="Servers", root_path="/a", servers=servers)
    api.include_router(gadget_router())
    assert json.loads(api.openapi_text())["servers"] == documented


async def test_an_application_can_leave_the_prefix_out_of_its_document(database: Database) -> None:
    api = application_of(gadget_router(), database, root_path="/a", root_path_in_servers=False)
    plain = application_of(gadget_router(), database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test/a") as client:
        assert (await client.get("/openapi.json")).text == plain.openapi_text() == api.openapi_text()


@pytest.mark.parametrize(
    "root_path",
    [
        *(
            "a",
            "/",
            "/a/",
            "//a",
            "/a//b",
            "/./a",
            "/a/..",
            "/a b",
            "/a\n",
            "/\u00e4",
            "/%41",
            "/{a}",
            "/a?b",
        ),
        *("/a#b", "https://todo.example/a", f"/{'a' * 255}"),
    ],
)
def test_a_root_path_that_is_no_path_of_plain_segments_is_rejected(root_path: str) -> None:
    with pytest.raises(TypeError, match="root_path must look like /todo or /apps/todo: without a slash at"):
        ResourceAPI(title="Rejected", root_path=root_path)


@pytest.mark.parametrize("root_path", ["", "/a", "/a/b.c", "/~me/...", f"/{'a' * 254}"])
def test_a_root_path_of_plain_segments_is_accepted(root_path: str) -> None:
    api = ResourceAPI(title="Accepted", root_path=root_path)
    api.include_router(gadget_router())
    assert f'"url": "{root_path}"' in api.openapi_text()


@pytest.mark.parametrize("root_path", ["/gadgets", "/docs", "/docs/assets", "/gadgets/anything/flip"])
def test_a_root_path_that_begins_a_route_is_rejected(root_path: str) -> None:
    api = ResourceAPI(title="Rejected", root_path=root_path)
    with pytest.raises(
        RootPathError, match=f"The root path {root_path} is also the beginning of the route /"
    ):
        api.include_router(gadget_router())
