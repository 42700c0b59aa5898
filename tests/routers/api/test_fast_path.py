"""The short way to an endpoint, and when it is not taken."""

from collections.abc import Callable
from itertools import count
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.requests import HTTPConnection
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field

from routers import Access, Database, OwnerId, ResourceAPI, ResourceRouter, Scope, resource_router
from routers.api.fast_path import shortcut
from tests.support.gadget_applications import application_of, client_through
from tests.support.gadgets import GadgetRead, access, gadget_router, gadgets


def ways(router: ResourceRouter[Any]) -> dict[str, bool]:
    """Which operations have a short way."""
    return {
        str(context.operation_id): shortcut(context) is not None
        for context in iter_route_contexts(router.routes)
    }


def test_every_generated_route_has_one_and_so_has_one_that_answers_a_row() -> None:
    assert ways(gadget_router()) == {
        **dict.fromkeys(("listGadgets", "createGadget", "getGadget", "putGadget"), True),
        **dict.fromkeys(("updateGadget", "deleteGadget", "flipGadget"), True),
        "countGadgets": False,
    }


async def header(kind: Annotated[str, Header()] = "x") -> Response:
    raise NotImplementedError


async def response(response: Response) -> Response:
    raise NotImplementedError


async def two(one: Annotated[str, Query()], two: Annotated[str, Query()]) -> Response:
    raise NotImplementedError


async def one(one: Annotated[str, Query()]) -> Response:
    raise NotImplementedError


async def unsaid(request: Request) -> Any:
    raise NotImplementedError


@pytest.mark.parametrize("more", [header, response, two, one, unsaid])
def test_a_route_that_asks_for_more_has_none(more: Callable[..., Any]) -> None:
    router = resource_router(gadgets, access)
    router.add_api_route("/more", more, methods=["GET"], operation_id="more", response_model=None)
    assert ways(router)["more"] is False


async def of_token(token: Annotated[str, Header()]) -> OwnerId:
    return OwnerId(token)


async def of_nothing() -> OwnerId:
    return OwnerId("ann")


async def of_answer(request: Request, response: Response) -> OwnerId:
    return OwnerId("ann")


def in_a_thread(request: Request) -> OwnerId:
    return OwnerId("ann")


@pytest.mark.parametrize("owner", [of_token, of_nothing, of_answer, in_a_thread])
def test_an_owner_that_asks_for_more_than_the_request_has_none(owner: Callable[..., Any]) -> None:
    assert set(ways(resource_router(gadgets, Access(owner, access.database))).values()) == {False}


async def test_an_owner_is_asked_once(database: Database) -> None:
    asked = []

    async def owner(*, of: HTTPConnection) -> OwnerId:
        asked.append(of)
        return OwnerId("ann")

    api = application_of(resource_router(gadgets, Access(owner, access.database)), database)
    async with client_through(httpx.ASGITransport(api)) as client:
        statuses = [(await client.get(f"/gadgets{rest}")).status_code for rest in ("", "?limit=05", "/x")]
    assert statuses == [200, 422, 422]
    assert len(asked) == len(statuses)


async def test_a_body_that_breaks_off_is_no_fault_of_ours(api: ResourceAPI) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/gadgets",
        "query_string": b"",
        "headers": [(b"owner", b"ann"), (b"content-type", b"application/json"), (b"content-length", b"9")],
    }
    await api(scope, receive, send)
    assert sent[0]["status"] == 400


async def test_a_dependency_of_an_inclusion_is_asked(database: Database) -> None:
    def closed() -> None:
        raise HTTPException(404)

    outer = APIRouter(dependencies=[Depends(closed)])
    outer.include_router(resource_router(gadgets, access))
    api = application_of(outer, database)
    async with client_through(httpx.ASGITransport(api)) as client:
        assert (await client.get("/gadgets")).status_code == 404


async def test_an_override_is_used(api: ResourceAPI, client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "of ann"})
    api.dependency_overrides[access.owner] = lambda: OwnerId("bob")
    try:
        assert (await client.get("/gadgets")).json()["items"] == []
    finally:
        api.dependency_overrides.clear()
    assert len((await client.get("/gadgets")).json()["items"]) == 1


async def test_a_query_is_read_anew_where_its_defaults_are_made_anew(database: Database) -> None:
    router = resource_router(gadgets, access)
    numbers = count()

    class Wanted(BaseModel):
        model_config = ConfigDict(frozen=True)

        number: int = Field(default_factory=lambda: next(numbers))
        seen: list[str] = Field(default_factory=list)

    @router.get("/wanted")
    async def want(
        rows: Annotated[Scope[GadgetRead], router.scope], query: Annotated[Wanted, Query()]
    ) -> Response:
        query.seen.append(type(rows).__name__)
        return Response(f"{query.number} {len(query.seen)}")

    api = application_of(router, database)
    async with client_through(httpx.ASGITransport(api)) as client:
        answers = [
            (await client.get("/gadgets/wanted", headers={"Owner": owner})).text for owner in ("ann", "bob")
        ]
    assert answers == ["0 1", "1 1"]
