"""What the way past the framework has to leave as the framework would have it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

import httpx
import pytest
from fastapi import Request, Response
from fastapi.responses import FileResponse

from routers import Database, RowId, Scope, resource_router
from tests.support.gadget_applications import application_of, client_through
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets

ID = "0190b5a0-0000-7000-8000-000000000001"


async def large_body() -> AsyncIterator[bytes]:
    """A body that comes in parts: no header says how large it is."""
    for _ in range(100):
        yield b" " * 1000
    yield b'{"name": "lamp"}'


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("told", [{}, {"content-length": "5"}])
async def test_a_body_that_is_larger_than_it_says_is_refused(
    database: Database, empty: None, told: dict[str, str], *, by_hand: bool
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/import")
    async def import_gadgets(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(f"{len(await request.body())} bytes for {rows}")

    api = application_of(router, database, max_body_size=1000)
    path = "/gadgets/import" if by_hand else "/gadgets"
    headers = {"content-type": "application/json", **told}
    async with client_through(httpx.ASGITransport(api)) as client:
        assert (await client.post(path, content=large_body(), headers=headers)).status_code == 413


async def test_a_length_of_very_many_digits_is_no_fault(database: Database, empty: None) -> None:
    api = application_of(gadget_router(), database, max_body_size=1000)
    headers = {"content-type": "application/json", "content-length": "9" * 5000}
    async with client_through(httpx.ASGITransport(api)) as client:
        answer = await client.post("/gadgets", content=b'{"name": "lamp"}', headers=headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.status_code < 500


async def test_a_response_that_cannot_be_sent_is_a_problem_like_any_other(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}/picture")
    async def show(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return FileResponse(f"/nowhere/{gadget_id}-{id(rows)}")

    api = application_of(router, database)
    async with client_through(httpx.ASGITransport(api, raise_app_exceptions=False)) as client:
        answer = await client.get(f"/gadgets/{ID}/picture")
    assert (answer.status_code, answer.headers.get("content-type")) == (500, "application/problem+json")


async def test_what_a_response_raises_goes_to_who_catches_it(database: Database) -> None:
    router = resource_router(gadgets, access)

    class Broken(Response):
        async def __call__(self, *_: Any) -> None:
            raise LookupError

    @router.get("/{gadget_id}/picture")
    async def show(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Broken(f"{gadget_id} {rows}")

    api = application_of(router, database)
    api.add_exception_handler(LookupError, lambda _request, _error: Response("caught", 418))
    async with client_through(httpx.ASGITransport(api, raise_app_exceptions=False)) as client:
        assert (await client.get(f"/gadgets/{ID}/picture")).status_code == 418


async def test_an_endpoint_that_answers_nothing_is_called_once(database: Database) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/{gadget_id}/ring")
    async def ring(gadget_id: RowId, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        calls.append((gadget_id, rows))
        return cast("Response", None)

    api = application_of(router, database)
    async with client_through(httpx.ASGITransport(api, raise_app_exceptions=False)) as client:
        await client.post(f"/gadgets/{ID}/ring")
    assert len(calls) == 1


async def test_a_scope_names_its_router_too(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/{gadget_id}/router")
    async def name(
        gadget_id: RowId, request: Request, rows: Annotated[Scope[GadgetRead], router.scope]
    ) -> Response:
        return Response(f"{gadget_id} {rows} {request.scope['router'] is request.app.router}")

    api = application_of(router, database)
    async with client_through(httpx.ASGITransport(api, raise_app_exceptions=False)) as client:
        assert (await client.get(f"/gadgets/{ID}/router")).text.endswith(" True")
