"""The size limit of request bodies."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Request, Response

from routers import Database, Scope, resource_router
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadget_router, gadgets

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_body_above_the_limit_is_rejected(
    client: httpx.AsyncClient, method: str, *, chunked: bool
) -> None:
    body = b'{"name": "x", "note": "' + b"x" * 5000 + b'"}'

    async def chunks() -> AsyncIterator[bytes]:
        yield body[:100]
        yield body[100:]

    path = "/gadgets" if method == "POST" else f"/gadgets/{ROW_ID}"
    response = await client.request(method, path, content=chunks() if chunked else body, headers=JSON)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Content Too Large"
    assert response.headers["x-request-id"] in response.json()["instance"]


async def test_a_body_above_the_limit_is_rejected_by_operations_without_a_body(
    client: httpx.AsyncClient,
) -> None:
    response = await client.request("DELETE", f"/gadgets/{ROW_ID}", content=b"x" * 5000)
    assert response.status_code == 413
    assert response.json()["detail"] == "The body exceeds the size limit of this server."


async def test_the_body_limit_of_an_included_router_applies(database: Database) -> None:
    outer = APIRouter(max_body_size=10)
    outer.include_router(gadget_router())
    async with unchecked_client_of(application_of(outer, database, max_body_size=1000)) as client:
        assert (await client.post("/gadgets", json={"name": "lamp"})).status_code == 413
        assert (await client.post("/gadgets", json={"name": "x" * 1000})).status_code == 413


@pytest.mark.parametrize("path", ["/gadgets", "/gadgets/import"])
@pytest.mark.parametrize("length", [{}, {"content-length": "5"}], ids=["no length", "wrong length"])
async def test_a_chunked_body_above_the_limit_is_rejected_whatever_its_content_length(
    database: Database, empty: None, path: str, length: dict[str, str]
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/import")
    async def import_gadgets(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(f"{len(await request.body())} bytes")

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000
        yield b'{"name": "lamp"}'

    async with unchecked_client_of(application_of(router, database, max_body_size=1000)) as client:
        response = await client.post(path, content=chunks(), headers={**JSON, **length})
    assert response.status_code == 413


async def test_a_content_length_with_thousands_of_digits_causes_no_server_error(
    database: Database, empty: None
) -> None:
    api = application_of(gadget_router(), database, max_body_size=1000)
    headers = {**JSON, "content-length": "9" * 5000}
    async with unchecked_client_of(api) as client:
        response = await client.post("/gadgets", content=b'{"name": "lamp"}', headers=headers)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.status_code < 500
