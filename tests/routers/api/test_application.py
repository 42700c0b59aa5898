"""What holds for every answer of an application."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Scope

from routers import ResourceAPI
from tests.routers.queries.test_statements import ID


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/gadgets", 200),
        ("HEAD", "/gadgets", 200),
        ("GET", f"/gadgets/{ID}", 404),
        ("GET", "/gadgets/x", 422),
        ("GET", "/nowhere", 404),
        ("PUT", "/gadgets", 405),
        ("OPTIONS", "/gadgets", 405),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
    ],
)
async def test_every_answer_has_the_common_headers(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("abc-1_2.3", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a b", False),
        ("a\u00e9", False),
        ("<script>", False),
    ],
)
async def test_a_well_formed_request_id_is_kept(client: httpx.AsyncClient, sent: str, *, kept: bool) -> None:
    response = await client.get("/nowhere", headers={b"X-Request-ID": sent.encode("latin1")})
    assert (response.headers["x-request-id"] == sent) is kept
    assert response.json()["instance"] == f"urn:request:{response.headers['x-request-id']}"


async def test_two_request_ids_are_none(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere", headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
    assert response.headers.get_list("x-request-id") not in (["a"], ["b"])
    assert len(response.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize("path", ["/gadgets", f"/gadgets/{ID}", "/nowhere", "/docs"])
async def test_head_answers_like_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    await client.put(f"/gadgets/{ID}", json={"name": "lamp"})
    headers = {"X-Request-ID": "same"}
    get, head = await client.get(path, headers=headers), await client.head(path, headers=headers)
    assert head.content == b""
    assert head.status_code == get.status_code
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/gadgets", "GET, HEAD, POST"),
        ("TRACE", "/gadgets", "GET, HEAD, POST"),
        ("NONSENSE", "/gadgets", "GET, HEAD, POST"),
        ("POST", f"/gadgets/{ID}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("OPTIONS", f"/gadgets/{ID}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", f"/gadgets/{ID}/flip", "POST"),
        ("HEAD", f"/gadgets/{ID}/flip", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_405_lists_all_methods_of_the_path(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_an_oversized_body_is_413(client: httpx.AsyncClient, method: str, *, chunked: bool) -> None:
    body = b'{"name": "x", "note": "' + b"x" * 5000 + b'"}'

    async def parts() -> AsyncIterator[bytes]:
        yield body[:100]
        yield body[100:]

    path = "/gadgets" if method == "POST" else f"/gadgets/{ID}"
    content = parts() if chunked else body
    response = await client.request(
        method, path, content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Content Too Large"
    assert response.headers["x-request-id"] in response.json()["instance"]


async def test_an_oversized_body_is_413_even_where_none_is_read(client: httpx.AsyncClient) -> None:
    response = await client.request("DELETE", f"/gadgets/{ID}", content=b"x" * 5000)
    assert response.status_code == 413
    assert response.json()["detail"] == "The body is larger than this server takes."


async def _get(api: FastAPI, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path, headers=headers)


async def test_the_observer_is_told_of_each_exchange() -> None:
    seen: list[tuple[str, int, Exception | None]] = []

    def observe(scope: Scope, status: int, seconds: float, fault: Exception | None) -> None:
        assert seconds >= 0
        seen.append((scope["request_id"], status, fault))

    api = ResourceAPI(observe=observe)

    @api.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    assert (await _get(api, "/broken", {"X-Request-ID": "one"})).status_code == 500
    assert (await _get(api, "/nowhere", {"X-Request-ID": "two"})).status_code == 404
    (first, status, fault), second = seen
    assert (first, status) == ("one", 500)
    assert isinstance(fault, ZeroDivisionError)
    assert second == ("two", 404, None)


async def test_a_fault_after_the_answer_began_is_left_to_the_server() -> None:
    async def broken(scope: Scope, receive: object, send: object) -> None:
        raise ZeroDivisionError

    api = ResourceAPI(outer=[Middleware(lambda _app: broken)])
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")


async def test_outer_middleware_sees_every_answer() -> None:
    api = ResourceAPI(outer=[Middleware(CORSMiddleware, allow_origins=["http://a"])])

    @api.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    response = await _get(api, "/broken", {"Origin": "http://a"})
    assert response.headers["access-control-allow-origin"] == "http://a"


async def test_the_lifespan_passes_through() -> None:
    api = ResourceAPI()
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup" if not sent else "lifespan.shutdown"}

    async def send(message: Any) -> None:
        sent.append(message)

    await api({"type": "lifespan", "state": {}}, receive, send)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_a_document_made_anew_is_whole_again() -> None:
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
