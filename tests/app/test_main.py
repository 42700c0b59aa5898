"""The application as a whole."""

import json
import re

import httpx
from fastapi.routing import iter_route_contexts
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import ROOT, health
from app.resources import OTHER_ROUTERS, RESOURCES
from routers import ResourceAPI
from tests.support.public_operations import public_paths

DOCUMENT = ROOT / "openapi.json"
ID = "01900000-0000-7000-8000-000000000001"
UNDOCUMENTED = {"/openapi.json", "/docs"}
PUBLIC = public_paths([health.router, *RESOURCES])
DOCS_ASSETS = "/docs/assets"


async def test_every_route_requires_an_owner_except_the_public_ones(
    api: ResourceAPI, client: httpx.AsyncClient
) -> None:
    del client.headers["X-User-ID"]
    statuses: dict[str, set[int]] = {}
    routes = [route for route in iter_route_contexts(api.routes) if route.path != DOCS_ASSETS]
    for route in routes:
        url = "http://todo" + re.sub(r"\{\w+\}", ID, route.path or "")
        for method in route.methods or {"GET"}:
            response = await client.request(method, url)
            statuses.setdefault(route.path or "", set()).add(response.status_code)
    routers = (health.router, *RESOURCES, *OTHER_ROUTERS)
    # 7 operations on tasks alone: without routes, this test would prove nothing.
    assert len(routes) == len(UNDOCUMENTED) + sum(len(router.routes) for router in routers) >= 4 + 7
    assert {path for path, found in statuses.items() if found != {401}} == PUBLIC | UNDOCUMENTED
    assert all(401 not in statuses[path] for path in PUBLIC)
    assert {"/livez", "/readyz"} <= PUBLIC


def test_the_document_is_valid_openapi_and_declares_the_security_of_each_operation() -> None:
    document = json.loads(DOCUMENT.read_text())
    OpenAPIV31SpecValidator(document).validate()
    security = {
        operation["operationId"]: (path in PUBLIC, operation["security"])
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }
    assert len(security) >= 7 + 2
    assert {name: declared for name, (_, declared) in security.items()} == {
        name: [] if public else [{"owner": []}] for name, (public, _) in security.items()
    }


async def test_the_served_document_is_the_committed_one(client: httpx.AsyncClient) -> None:
    response = await client.get("http://todo/openapi.json")
    assert response.content == DOCUMENT.read_bytes()
