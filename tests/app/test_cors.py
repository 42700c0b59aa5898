"""Cross-origin requests, as `TODO_CORS_ORIGINS` allows them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi.security import APIKeyHeader, HTTPBearer

from app.main import create_app
from app.owner import SecurityScheme
from app.settings import Settings
from routers import ResourceAPI
from tests.support.owners import Credentials

ORIGIN = "https://app.example.com"
OTHER_ORIGIN = "https://evil.example"
ID = "3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10"
REQUEST_HEADERS = ("authorization", "content-type", "if-match", "if-none-match", "x-request-id", "x-user-id")
NOT_EXPOSED = {"Cache-Control", "X-Content-Type-Options"}
"""Documented headers that every page can read, or that only the browser needs."""


@pytest.fixture
async def web(api: ResourceAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of an application that allows one origin, and has a route that fails."""
    app = create_app(Settings.model_construct(cors_origins=(ORIGIN,)))
    app.state.database = api.state.database

    async def broken() -> None:
        raise ZeroDivisionError

    app.add_api_route("/api/v1/broken", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        yield client


async def preflight(
    web: httpx.AsyncClient, method: str, request_headers: str, origin: str = ORIGIN
) -> httpx.Response:
    """Send the request that a browser sends before a cross-origin request."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": request_headers,
        "X-Request-ID": "preflight",
    }
    return await web.options(f"/tasks/{ID}", headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
async def test_an_allowed_origin_can_send_every_method_and_request_header(
    web: httpx.AsyncClient, method: str
) -> None:
    response = await preflight(web, method, ",".join(REQUEST_HEADERS))
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert method in response.headers["access-control-allow-methods"].split(", ")
    assert {*REQUEST_HEADERS} <= {*response.headers["access-control-allow-headers"].lower().split(", ")}
    assert response.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]
    assert response.headers["x-request-id"] == "preflight"
    assert response.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("method", "headers", "origin"),
    [
        ("GET", "x-user-id", OTHER_ORIGIN),
        ("GET", "x-user-id", "null"),
        ("GET", "x-user-id", ORIGIN.replace("https", "http")),
        ("GET", "x-user-id", ORIGIN + ":8443"),
        ("GET", "x-user-id", ORIGIN + ".evil.example"),
        ("TRACE", "x-user-id", ORIGIN),
        ("GET", "x-user-id, x-other", ORIGIN),
    ],
)
async def test_a_rejected_preflight_request_gets_a_problem_response(
    web: httpx.AsyncClient, method: str, headers: str, origin: str
) -> None:
    response = await preflight(web, method, headers, origin)
    assert response.status_code == 400
    assert ("access-control-allow-origin" in response.headers) is (origin == ORIGIN)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["instance"] == "urn:request:preflight"
    assert response.headers.get_list("x-request-id") == ["preflight"]
    assert response.headers["cache-control"] == "private, no-store"
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/tasks", b"", {"X-User-ID": "alice"}, 200),
        ("GET", "/tasks", b"", {}, 401),
        ("POST", "/tasks", b"{", {"X-User-ID": "alice", "Content-Type": "application/json"}, 400),
        ("PUT", "/tasks", b"", {"X-User-ID": "alice"}, 405),
        ("POST", "/tasks", b"x" * 70_000, {"X-User-ID": "alice"}, 413),
        ("GET", "/nowhere", b"", {}, 404),
        ("GET", "/broken", b"", {}, 500),
    ],
)
async def test_an_allowed_origin_can_read_every_response(
    web: httpx.AsyncClient, method: str, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    response = await web.request(method, path, content=body, headers={"Origin": ORIGIN, **headers})
    assert response.status_code == status
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert response.headers.get_list("vary") == ["Origin"]


async def test_an_allowed_origin_can_read_that_the_database_is_unavailable() -> None:
    app = create_app(
        Settings.model_construct(cors_origins=(ORIGIN,), database_url="postgresql://127.0.0.1:1/x")
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://todo", headers={"Origin": ORIGIN}) as client,
    ):
        response = await client.get("/api/v1/tasks", headers={"X-User-ID": "alice"})
    assert response.status_code == 503
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in response.headers["access-control-expose-headers"]


async def test_an_allowed_origin_can_read_every_documented_header(web: httpx.AsyncClient) -> None:
    documented = (await web.get("http://todo/openapi.json")).json()["components"]["headers"]
    exposed = (await web.get("/tasks", headers={"Origin": ORIGIN})).headers["access-control-expose-headers"]
    # `Allow` is in responses with 405, which no operation documents.
    assert {*exposed.split(", ")} == {*documented, "Allow"} - NOT_EXPOSED


@pytest.mark.parametrize("origin", [OTHER_ORIGIN, "null", ""])
async def test_another_origin_cannot_read_a_response(web: httpx.AsyncClient, origin: str) -> None:
    response = await web.get("/tasks", headers={"Origin": origin})
    assert response.status_code == 401
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("scheme", "header"), [(HTTPBearer(), "authorization"), (APIKeyHeader(name="X-API-Key"), "x-api-key")]
)
async def test_the_credentials_of_another_owner_provider_are_allowed_instead_of_the_trusted_header(
    scheme: SecurityScheme, header: str
) -> None:
    app = create_app(Settings.model_construct(cors_origins=(ORIGIN,), owner_provider=Credentials(scheme)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as web:
        assert (await preflight(web, "GET", f"authorization, {header}")).status_code == 200
        assert (await preflight(web, "GET", "x-user-id")).status_code == 400


async def test_no_response_has_cors_headers_without_the_setting(client: httpx.AsyncClient) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    for response in (
        await client.get("/tasks", headers=headers),
        await client.options("/tasks", headers=headers),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.status_code == 405
