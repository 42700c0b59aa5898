"""The path of the route that processed a request, for logs and metrics."""

from typing import Any

import pytest
from fastapi import APIRouter, Response
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from routers import Database, ResourceAPI, path_template
from tests.support.gadget_applications import FAST_PATH, unchecked_client_of
from tests.support.gadgets import gadget_router


def application(database: Database, templates: list[str | None]) -> ResourceAPI:
    def observe(scope: Any, *_result: Any) -> None:
        templates.append(path_template(scope))

    inner = APIRouter()

    @inner.get("/echo/{value}")
    async def echo(value: str) -> Response:
        return PlainTextResponse(value)

    outer = APIRouter()
    outer.include_router(inner, prefix="/inner")
    api = ResourceAPI(
        title="Gadgets", fast_path=FAST_PATH, observe=observe, routes=[Mount("/files", PlainTextResponse(""))]
    )
    api.state.database = database
    api.include_router(gadget_router(), prefix="/v2")
    api.include_router(outer, prefix="/a/{tenant}")
    api.include_router(outer, prefix="/b")
    return api


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/v2/gadgets", "/v2/gadgets"),
        ("HEAD", "/v2/gadgets", "/v2/gadgets"),
        ("GET", "/v2/gadgets/5", "/v2/gadgets/{gadget_id}"),
        ("GET", "/a/5/inner/echo/6", "/a/{tenant}/inner/echo/{value}"),
        ("GET", "/b/inner/echo/6", "/b/inner/echo/{value}"),
        ("GET", "/files/x/y", "/files/{path}"),
        ("GET", "/unknown", None),
        ("PUT", "/b/inner/echo/6", "/b/inner/echo/{value}"),
        ("TRACE", "/v2/gadgets/5", "/v2/gadgets/{gadget_id}"),
    ],
)
async def test_the_template_includes_the_prefixes_of_routers(
    database: Database, empty: None, method: str, path: str, template: str | None
) -> None:
    templates: list[str | None] = []
    async with unchecked_client_of(application(database, templates)) as client:
        await client.request(method, path)
    assert templates == [template]
