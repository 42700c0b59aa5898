"""Requests that take the fast path have the results that FastAPI gives."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Annotated, Any, cast

import httpx
import pytest
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Host, Mount, Route, Router

from routers import Access, Database, OwnerId, ResourceAPI, RowId, Scope, resource_router
from tests.support.gadget_applications import FAST_PATH, application_of, client_through
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets

ID = "0190b5a0-0000-7000-8000-000000000001"
BODY = {"name": "lamp"}


def connect(api: ResourceAPI) -> httpx.AsyncClient:
    return client_through(httpx.ASGITransport(api, raise_app_exceptions=False))


async def test_an_exception_reaches_the_handler_of_the_application(database: Database) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/break")
    async def break_gadget(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> GadgetRead:
        calls.append(gadget_id)
        raise LookupError(str(rows))

    api = application_of(router, database)
    api.add_exception_handler(LookupError, lambda _request, _error: Response("caught", 418))
    async with connect(api) as client:
        response = await client.post(f"/gadgets/{ID}/break")
    assert (response.status_code, response.text, len(calls)) == (418, "caught", 1)


async def test_the_first_of_two_routes_with_one_path_responds(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}")
    async def first(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(f"custom, {gadget_id}")

    async with connect(application_of(router, database)) as client:
        assert (await client.get(f"/gadgets/{ID}")).text == f"custom, {ID}"


async def test_an_earlier_route_of_another_kind_responds(database: Database) -> None:
    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await Response("mounted")(scope, receive, send)

    async def routed(_request: Request) -> Response:
        return Response("mounted")

    for route in (
        Mount("/gadgets", mounted),
        Host("test", Router(default=mounted)),
        Route("/gadgets/{anything}", routed),
    ):
        api = ResourceAPI(title="Gadgets", routes=[route], fast_path=FAST_PATH)
        api.include_router(gadget_router())
        async with connect(api) as client:
            assert (await client.get(f"/gadgets/{ID}")).text == "mounted"


async def test_the_body_limit_of_an_included_router_applies(database: Database) -> None:
    outer = APIRouter(max_body_size=10)
    outer.include_router(gadget_router())
    async with connect(application_of(outer, database, max_body_size=1000)) as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 413
        assert (await client.post("/gadgets", json={"name": "x" * 1000})).status_code == 413


async def test_middleware_sees_the_route_and_the_status_of_every_request(
    database: Database, empty: None
) -> None:
    seen = []
    api = application_of(gadget_router(), database)

    @api.middleware("http")
    async def watch(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append((request.scope["route"].path, request.scope["endpoint"].__name__, response.status_code))
        return response

    async with connect(api) as client:
        assert (await client.post("/gadgets", json=BODY)).status_code == 201
    assert seen == [("/gadgets", "create_row", 201)]


async def chunked_body() -> AsyncIterator[bytes]:
    """A large body in chunks, whose size no header states."""
    for _ in range(100):
        yield b" " * 1000
    yield b'{"name": "lamp"}'


@pytest.mark.parametrize("path", ["/gadgets", "/gadgets/import"])
@pytest.mark.parametrize("stated", [{}, {"content-length": "5"}])
async def test_a_body_that_is_larger_than_stated_is_rejected(
    database: Database, empty: None, path: str, stated: dict[str, str]
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/import")
    async def import_gadgets(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(f"{len(await request.body())} bytes for {rows}")

    headers = {"content-type": "application/json", **stated}
    async with connect(application_of(router, database, max_body_size=1000)) as client:
        assert (await client.post(path, content=chunked_body(), headers=headers)).status_code == 413


async def test_a_content_length_of_very_many_digits_causes_no_error(database: Database, empty: None) -> None:
    api = application_of(gadget_router(), database, max_body_size=1000)
    headers = {"content-type": "application/json", "content-length": "9" * 5000}
    async with connect(api) as client:
        response = await client.post("/gadgets", content=b'{"name": "lamp"}', headers=headers)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.status_code < 500


async def test_a_response_that_fails_to_be_sent_becomes_a_problem(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}/picture")
    async def show(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return FileResponse(f"/nowhere/{gadget_id}-{id(rows)}")

    async with connect(application_of(router, database)) as client:
        response = await client.get(f"/gadgets/{ID}/picture")
    assert (response.status_code, response.headers.get("content-type")) == (500, "application/problem+json")


async def test_an_exception_of_a_response_reaches_the_handler_of_the_application(database: Database) -> None:
    router = resource_router(gadgets, access)

    class Broken(Response):
        async def __call__(self, *_: Any) -> None:
            raise LookupError

    @router.get("/{gadget_id}/picture")
    async def show(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Broken(f"{gadget_id} {rows}")

    api = application_of(router, database)
    api.add_exception_handler(LookupError, lambda _request, _error: Response("caught", 418))
    async with connect(api) as client:
        assert (await client.get(f"/gadgets/{ID}/picture")).status_code == 418


async def test_an_endpoint_that_returns_no_response_is_called_once(database: Database) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/ring")
    async def ring(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        calls.append((gadget_id, rows))
        return cast("Response", None)

    async with connect(application_of(router, database)) as client:
        await client.post(f"/gadgets/{ID}/ring")
    assert len(calls) == 1


async def test_an_endpoint_can_find_the_router_in_the_asgi_scope(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}/router")
    async def name(
        gadget_id: RowId, request: Request, rows: Annotated[Scope[GadgetRead], router.scope]
    ) -> Response:
        return Response(f"{gadget_id} {rows} {request.scope['router'] is request.app.router}")

    async with connect(application_of(router, database)) as client:
        assert (await client.get(f"/gadgets/{ID}/router")).text.endswith(" True")


async def test_the_owner_provider_is_called_once_per_request(database: Database) -> None:
    calls = []

    async def owner(*, connection: HTTPConnection) -> OwnerId:
        calls.append(connection)
        return OwnerId("ann")

    api = application_of(resource_router(gadgets, Access(owner, access.database)), database)
    async with connect(api) as client:
        statuses = [(await client.get(f"/gadgets{rest}")).status_code for rest in ("", "?limit=05", "/x")]
    assert statuses == [200, 422, 422]
    assert len(calls) == len(statuses)


async def test_a_connection_that_closes_within_the_body_is_no_server_error(api: ResourceAPI) -> None:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/gadgets",
        "query_string": b"",
        "headers": [(b"owner", b"ann"), (b"content-type", b"application/json"), (b"content-length", b"9")],
    }
    await api(scope, receive, send)
    assert messages[0]["status"] == 400


async def test_the_dependencies_of_an_included_router_are_resolved(database: Database) -> None:
    def closed() -> None:
        raise HTTPException(404)

    outer = APIRouter(dependencies=[Depends(closed)])
    outer.include_router(resource_router(gadgets, access))
    async with connect(application_of(outer, database)) as client:
        assert (await client.get("/gadgets")).status_code == 404


async def test_a_dependency_override_is_used(api: ResourceAPI, client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "of ann"})
    api.dependency_overrides[access.owner] = lambda: OwnerId("bob")
    try:
        assert (await client.get("/gadgets")).json()["items"] == []
    finally:
        api.dependency_overrides.clear()
    assert len((await client.get("/gadgets")).json()["items"]) == 1


async def test_a_query_model_gets_new_defaults_with_each_request(database: Database) -> None:
    router = resource_router(gadgets, access)
    numbers = count()

    class NumberQuery(BaseModel):
        model_config = ConfigDict(frozen=True)

        number: int = Field(default_factory=lambda: next(numbers))
        seen: list[str] = Field(default_factory=list)

    @router.get("/numbers")
    async def number(
        rows: Annotated[Scope[GadgetRead], router.scope], query: Annotated[NumberQuery, Query()]
    ) -> Response:
        query.seen.append(type(rows).__name__)
        return Response(f"{query.number} {len(query.seen)}")

    async with connect(application_of(router, database)) as client:
        responses = [
            (await client.get("/gadgets/numbers", headers={"Owner": owner})).text for owner in ("ann", "bob")
        ]
    assert responses == ["0 1", "1 1"]
