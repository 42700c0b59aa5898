"""Exceptions while a request is processed or its response is sent."""

from typing import Annotated, Any, cast

import pytest
from fastapi import Response
from fastapi.responses import FileResponse

from routers import Database, ResourceAPI, Scope, resource_router
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadgets


class BrokenResponse(Response):
    async def __call__(self, *_: Any) -> None:
        raise LookupError


@pytest.mark.parametrize("while_sending", [False, True])
async def test_an_exception_reaches_the_handler_of_the_application_once(
    database: Database, *, while_sending: bool
) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/break")
    async def break_gadgets(rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        calls.append(rows)
        if while_sending:
            return BrokenResponse()
        raise LookupError

    api = application_of(router, database)
    api.add_exception_handler(LookupError, lambda _request, _error: Response("caught", 418))
    async with unchecked_client_of(api) as client:
        response = await client.post("/gadgets/break")
    assert (response.status_code, response.text, len(calls)) == (418, "caught", 1)


async def test_a_response_that_cannot_be_sent_becomes_a_problem(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/picture")
    async def get_picture(rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return FileResponse("/nowhere/picture.png")

    async with unchecked_client_of(application_of(router, database)) as client:
        response = await client.get("/gadgets/picture")
    assert (response.status_code, response.headers.get("content-type")) == (500, "application/problem+json")


async def test_an_endpoint_that_returns_no_response_is_called_once(database: Database) -> None:
    calls = []
    router = resource_router(gadgets, access)

    @router.post("/ring")
    async def ring(rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        calls.append(rows)
        return cast("Response", None)

    async with unchecked_client_of(application_of(router, database)) as client:
        await client.post("/gadgets/ring")
    assert len(calls) == 1


@pytest.mark.parametrize(("method", "path"), [("POST", "/gadgets"), ("PATCH", f"/gadgets/{ROW_ID}")])
async def test_a_connection_that_closes_within_the_body_is_a_malformed_request(
    api: ResourceAPI, method: str, path: str
) -> None:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"owner", b"ann"), (b"content-type", b"application/json"), (b"content-length", b"9")],
    }
    await api(scope, receive, send)
    assert messages[0]["status"] == 400
