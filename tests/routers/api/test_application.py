"""The HTTP contract of every response of an application."""

import re
from typing import Any

import httpx
import pytest
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Scope

from routers import ResourceAPI
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import ROW_ID


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/gadgets", 200),
        ("HEAD", "/gadgets", 200),
        ("GET", f"/gadgets/{ROW_ID}", 404),
        ("GET", "/gadgets/x", 422),
        ("GET", "/nowhere", 404),
        ("PUT", "/gadgets", 405),
        ("OPTIONS", "/gadgets", 405),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
    ],
)
async def test_every_response_has_the_common_headers(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("request_id", ["abc-1_2.3", "x" * 128])
async def test_a_valid_request_id_is_returned(client: httpx.AsyncClient, request_id: str) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": request_id})
    assert response.headers["x-request-id"] == request_id
    assert response.json()["instance"] == f"urn:request:{request_id}"


@pytest.mark.parametrize("request_id", ["x" * 129, "", "a b", "a\u00e9", "<script>"])
async def test_an_invalid_request_id_is_replaced(client: httpx.AsyncClient, request_id: str) -> None:
    response = await client.get("/nowhere", headers={b"X-Request-ID": request_id.encode("latin1")})
    assert response.headers["x-request-id"] != request_id
    assert response.json()["instance"] == f"urn:request:{response.headers['x-request-id']}"


async def test_a_repeated_request_id_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere", headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
    (request_id,) = response.headers.get_list("x-request-id")
    assert request_id not in {"a", "b"}


@pytest.mark.parametrize("path", ["/gadgets", f"/gadgets/{ROW_ID}", "/nowhere", "/docs"])
async def test_a_response_to_head_has_the_status_and_headers_of_get_without_a_body(
    client: httpx.AsyncClient, path: str
) -> None:
    await client.put(f"/gadgets/{ROW_ID}", json={"name": "lamp"})
    headers = {"X-Request-ID": "same"}
    get, head = await client.get(path, headers=headers), await client.head(path, headers=headers)
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/gadgets", "GET, HEAD, POST"),
        ("TRACE", "/gadgets", "GET, HEAD, POST"),
        ("NONSENSE", "/gadgets", "GET, HEAD, POST"),
        ("POST", f"/gadgets/{ROW_ID}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("OPTIONS", f"/gadgets/{ROW_ID}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", f"/gadgets/{ROW_ID}/flip", "POST"),
        ("HEAD", f"/gadgets/{ROW_ID}/flip", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_405_response_lists_every_method_of_the_path(
    client: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allow


async def test_the_observer_is_called_after_each_request() -> None:
    calls: list[tuple[str, int, Exception | None]] = []

    def observe(scope: Scope, status: int, seconds: float, error: Exception | None) -> None:
        assert seconds >= 0
        calls.append((scope["request_id"], status, error))

    api = ResourceAPI(observe=observe)

    @api.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    async with unchecked_client_of(api) as client:
        assert (await client.get("/broken", headers={"X-Request-ID": "one"})).status_code == 500
        assert (await client.get("/nowhere", headers={"X-Request-ID": "two"})).status_code == 404
    (request_id, status, error), second = calls
    assert (request_id, status) == ("one", 500)
    assert isinstance(error, ZeroDivisionError)
    assert second == ("two", 404, None)


async def test_an_error_before_the_response_is_complete_is_raised_to_the_server() -> None:
    async def broken(scope: Scope, receive: object, send: object) -> None:
        raise ZeroDivisionError

    api = ResourceAPI(outer=[Middleware(lambda _app: broken)])
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")


async def test_outer_middleware_processes_responses_to_unexpected_errors() -> None:
    api = ResourceAPI(outer=[Middleware(CORSMiddleware, allow_origins=["http://a"])])

    @api.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    async with unchecked_client_of(api) as client:
        response = await client.get("/broken", headers={"Origin": "http://a"})
    assert response.status_code == 500
    assert response.headers["access-control-allow-origin"] == "http://a"


async def test_lifespan_events_reach_the_application() -> None:
    messages: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.shutdown" if messages else "lifespan.startup"}

    async def send(message: Any) -> None:
        messages.append(message)

    await ResourceAPI()({"type": "lifespan", "state": {}}, receive, send)
    assert [message["type"] for message in messages] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_the_document_is_complete_again_after_a_route_is_added() -> None:
    api = ResourceAPI()

    async def weather() -> str:
        return "fine"

    for path in ("/today", "/tomorrow"):
        api.add_api_route(path, weather, operation_id=path.strip("/"))
        document = api.openapi()
        assert "Problem" in document["components"]["schemas"]
        for operations in document["paths"].values():
            assert "X-Request-ID" in operations["get"]["responses"]["200"]["headers"]
    assert list(document["paths"]) == ["/today", "/tomorrow"]
