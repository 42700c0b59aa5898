"""The application as a whole."""

import json
import subprocess
import sys

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.commands import DOCUMENT
from app.main import RESOURCES
from app.owner import current_owner
from routers import ResourceAPI
from routers.openapi.docs_page import ASSETS
from tests.support.processes import environment

PUBLIC = {"/openapi.json", "/docs", "/livez", "/readyz"}


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


@pytest.mark.parametrize("door", ["app.main", "app.commands"])
def test_what_serves_does_not_hold_what_migrates(door: str) -> None:
    program = f"""
import sys, {door}, app.main
assert app.main.app
print(*{{"alembic", "mako", "psycopg2"}} & set(sys.modules))
"""
    settings = environment(DATABASE_URL="postgresql://h/d", TODO_OWNER_PROVIDER="app.owner:trusted_header")
    assert subprocess.check_output([sys.executable, "-c", program], text=True, env=settings) == "\n"


def test_the_document_is_valid_and_says_of_each_operation_who_may_ask() -> None:
    document = json.loads(DOCUMENT.read_text())
    OpenAPIV31SpecValidator(document).validate()
    asked = {
        operation["operationId"]: (path in PUBLIC, operation["security"])
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }
    assert len(asked) >= 7 + 2
    assert {name: security for name, (_, security) in asked.items()} == {
        name: [] if public else [{"owner": []}] for name, (public, _) in asked.items()
    }


async def test_the_served_document_is_the_committed_one(client: httpx.AsyncClient) -> None:
    response = await client.get("http://todo/openapi.json")
    assert response.content == DOCUMENT.read_bytes()
