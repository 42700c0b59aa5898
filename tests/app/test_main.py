"""The application as a whole."""

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from app.cli import DOCUMENT
from app.main import RESOURCES, create_app
from app.owner import current_owner
from app.settings import Settings
from routers import ResourceAPI
from routers.docs import ASSETS

PUBLIC = {"/openapi.json", "/docs", "/livez", "/readyz"}
ORIGIN = "https://app.example.com"


def test_every_route_asks_for_the_owner_except_a_few(api: ResourceAPI) -> None:
    def asks(dependant: object) -> bool:
        return getattr(dependant, "call", None) is current_owner or any(
            asks(dependency)
            for dependency in dependant.dependencies  # type: ignore[attr-defined]
        )

    routes = [
        (route.path, asks(route.dependant))
        for route in iter_route_contexts(api.routes)
        if route.path != ASSETS  # files of Swagger UI
    ]
    # 7 of tasks alone: a loop that finds no route would prove nothing.
    assert len(routes) == len(PUBLIC) + sum(len(router.routes) for router in RESOURCES) >= 4 + 7
    assert {path for path, owned in routes if not owned} == PUBLIC


@pytest.fixture
def browser(api: ResourceAPI) -> httpx.AsyncClient:
    app = create_app(Settings.model_construct(cors_origins=(ORIGIN,)))
    app.state.database = api.state.database
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://todo/api/v1")


async def test_a_page_of_a_named_origin_may_call(browser: httpx.AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-user-id,if-match"}
    preflight = await browser.options("/tasks/x", headers={"Origin": ORIGIN, **asked})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    response = await browser.get("/tasks", headers={"Origin": ORIGIN})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["access-control-expose-headers"] == "ETag, Location, Retry-After, X-Request-ID"


async def test_a_page_of_another_origin_may_not(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/tasks", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


async def test_the_served_document_is_the_committed_one(client: httpx.AsyncClient) -> None:
    response = await client.get("http://todo/openapi.json")
    assert response.content == DOCUMENT.read_bytes()
