"""The way past the framework, and what does not take it."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

from routers import Database, ResourceAPI, RowId, Scope, resource_router
from routers.api.dispatch import Dispatch
from tests.support.gadget_applications import application_of, client_through
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets

ID = "0190b5a0-0000-7000-8000-000000000001"
NOWHERE = "0190b5a0-0000-7000-8000-00000000000f"
BODY = {"name": "lamp"}


class Framework:
    """Answers in the framework's place, and remembers what came so far."""

    def __init__(self) -> None:
        self.came: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await Request(scope, receive).body() if scope["method"] != "GET" else b""
        self.came.append(f"{scope['method']} {scope['path']} {body.decode()}".strip())
        await Response("the framework's")(scope, receive, send)


@pytest.fixture
def framework() -> Framework:
    return Framework()


@pytest.fixture
def client(framework: Framework, api: ResourceAPI, empty: None) -> httpx.AsyncClient:
    """A client of the short ways of gadgets alone."""
    dispatch = Dispatch(framework, api)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await dispatch({**scope, "app": api}, receive, send)

    return client_through(httpx.ASGITransport(app))


async def test_what_is_well_formed_never_reaches_the_framework(
    client: httpx.AsyncClient, framework: Framework
) -> None:
    row = f"/gadgets/{ID}"
    answers = [
        await client.put(row, json=BODY),
        await client.get(row),
        await client.patch(row, json={"name": "desk lamp"}),
        await client.post(f"{row}/flip"),
        await client.get("/gadgets", params={"limit": 5}),
        await client.delete(row),
        await client.post("/gadgets", json=BODY),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 204, 201]
    assert answers[3].json()["name"] == "desk lamp"
    assert framework.came == []


@pytest.mark.parametrize(
    ("method", "path", "body", "came"),
    [
        ("POST", "/gadgets", '{"name": 5}', 'POST /gadgets {"name": 5}'),
        ("POST", "/gadgets", "", "POST /gadgets"),
        ("POST", "/gadgets", "{", "POST /gadgets {"),
        ("GET", "/gadgets?limit=05", "", "GET /gadgets"),
        ("GET", "/gadgets?limit=5&limit=5", "", "GET /gadgets"),
        ("GET", "/gadgets?unknown=5", "", "GET /gadgets"),
        ("GET", "/gadgets/no-uuid", "", "GET /gadgets/no-uuid"),
        ("GET", f"/gadgets/{ID}/", "", f"GET /gadgets/{ID}/"),
        ("GET", "/gadgets/count", "", "GET /gadgets/count"),
        ("GET", f"/gadgets/{NOWHERE}", "", f"GET /gadgets/{NOWHERE}"),
        ("PUT", "/gadgets", "{}", "PUT /gadgets {}"),
        ("OPTIONS", "/gadgets", "", "OPTIONS /gadgets"),
        ("GET", "/docs", "", "GET /docs"),
    ],
)
async def test_all_else_reaches_it_whole(
    client: httpx.AsyncClient, framework: Framework, method: str, path: str, body: str, came: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.request(method, path, content=body, headers=headers)
    assert answer.text == "the framework's"
    assert framework.came == [came]


async def test_an_exception_is_raised_where_it_would_have_been(database: Database) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/break")
    async def break_gadget(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> GadgetRead:
        calls.append(gadget_id)
        raise LookupError(str(rows))

    api = application_of(router, database)
    api.add_exception_handler(LookupError, lambda _request, _error: Response("caught", 418))
    async with client_through(httpx.ASGITransport(api)) as client:
        answer = await client.post(f"/gadgets/{ID}/break")
    assert (answer.status_code, answer.text, len(calls)) == (418, "caught", 1)


async def test_the_first_route_of_a_path_answers(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}")
    async def first(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(f"by hand, {gadget_id}")

    api = application_of(router, database)
    async with client_through(httpx.ASGITransport(api)) as client:
        assert (await client.get(f"/gadgets/{ID}")).text == f"by hand, {ID}"


async def test_so_does_a_route_of_another_kind_that_comes_before(database: Database) -> None:
    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await Response("mounted")(scope, receive, send)

    async def routed(_request: Request) -> Response:
        return Response("mounted")

    for route in (
        Mount("/gadgets", mounted),
        Host("test", Router(default=mounted)),
        Route("/gadgets/{anything}", routed),
    ):
        api = ResourceAPI(title="Gadgets", routes=[route])
        api.include_router(gadget_router())
        async with client_through(httpx.ASGITransport(api)) as client:
            assert (await client.get(f"/gadgets/{ID}")).text == "mounted"


async def test_a_socket_that_comes_before_is_no_obstacle(
    database: Database, framework: Framework, empty: None
) -> None:
    api = application_of(gadget_router(), database, routes=[WebSocketRoute("/gadgets", framework)])
    dispatch = Dispatch(framework, api)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await dispatch({**scope, "app": api}, receive, send)

    async with client_through(httpx.ASGITransport(app)) as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 201
    assert framework.came == []


async def test_below_the_path_of_a_mount_it_is_taken_too(
    api: ResourceAPI, framework: Framework, empty: None
) -> None:
    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await Dispatch(framework, api)({**scope, "app": api}, receive, send)

    outer = FastAPI(routes=[Mount("/deep", mounted)])
    async with client_through(httpx.ASGITransport(outer)) as client:
        assert (await client.post("/deep/gadgets", json=BODY)).status_code == 201
    assert framework.came == []


async def test_a_body_limit_of_an_inclusion_holds(database: Database) -> None:
    api = ResourceAPI(title="Gadgets", max_body_size=1000)
    api.state.database = database
    outer = APIRouter(max_body_size=10)
    outer.include_router(gadget_router())
    api.include_router(outer)
    async with client_through(httpx.ASGITransport(api)) as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 413
        assert (await client.post("/gadgets", json={"name": "x" * 1000})).status_code == 413


async def test_middleware_sees_what_takes_the_short_way(database: Database, empty: None) -> None:
    seen = []
    api = application_of(gadget_router(), database)

    @api.middleware("http")
    async def watch(request: Request, go_on: Any) -> Any:
        response = await go_on(request)
        seen.append((request.scope["route"].path, request.scope["endpoint"].__name__, response.status_code))
        return response

    async with client_through(httpx.ASGITransport(api)) as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 201
    assert seen == [("/gadgets", "create_row", 201)]


async def test_what_is_no_request_is_passed_on(api: ResourceAPI) -> None:
    came = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        came.append(scope["type"])

    nothing: Any = None
    await Dispatch(app, api)({"type": "websocket", "path": "/gadgets"}, nothing, nothing)
    assert came == ["websocket"]
