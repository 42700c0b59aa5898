"""Requests reach the same route and the same dependencies with the fast path as without it."""

from itertools import count
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.requests import HTTPConnection
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.routing import Host, Router

from routers import Access, Database, OwnerId, ResourceAPI, Scope, resource_router
from tests.support.gadget_applications import FAST_PATH, application_of, unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadget_router, gadgets


async def hosted(scope: Any, receive: Any, send: Any) -> None:
    await Response("earlier")(scope, receive, send)


async def test_an_earlier_route_that_matches_no_path_responds(database: Database) -> None:
    api = ResourceAPI(title="Gadgets", routes=[Host("test", Router(default=hosted))], fast_path=FAST_PATH)
    api.include_router(gadget_router())
    async with unchecked_client_of(api) as client:
        assert (await client.get(f"/gadgets/{ROW_ID}")).text == "earlier"


async def test_middleware_sees_the_route_the_endpoint_and_the_status(database: Database, empty: None) -> None:
    records = []
    api = application_of(gadget_router(), database)

    @api.middleware("http")
    async def record(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        route, endpoint = request.scope["route"], request.scope["endpoint"]
        records.append((route.path, endpoint.__name__, response.status_code))
        return response

    async with unchecked_client_of(api) as client:
        assert (await client.post("/gadgets", json={"name": "lamp"})).status_code == 201
    assert records == [("/gadgets", "create_row", 201)]


async def test_the_asgi_scope_of_a_request_contains_the_router(database: Database) -> None:
    router = resource_router(gadgets, access)

    @router.get("/router")
    async def get_router(request: Request, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:
        return Response(str(request.scope["router"] is request.app.router))

    async with unchecked_client_of(application_of(router, database)) as client:
        assert (await client.get("/gadgets/router")).text == "True"


async def test_the_owner_provider_is_called_once_per_request(database: Database) -> None:
    calls = []

    async def owner(connection: HTTPConnection) -> OwnerId:
        calls.append(connection)
        return OwnerId("ann")

    api = application_of(resource_router(gadgets, Access(owner, access.database)), database)
    async with unchecked_client_of(api) as client:
        statuses = [(await client.get(f"/gadgets{rest}")).status_code for rest in ("", "?limit=05", "/x")]
    assert statuses == [200, 422, 422]
    assert len(calls) == 3


async def test_an_owner_provider_can_take_the_request_as_a_keyword_only_parameter(
    database: Database,
) -> None:
    async def owner(*, connection: HTTPConnection) -> OwnerId:
        return OwnerId(connection.headers["owner"])

    api = application_of(resource_router(gadgets, Access(owner, access.database)), database)
    async with unchecked_client_of(api) as client:
        assert (await client.get("/gadgets")).status_code == 200


async def test_the_dependencies_of_an_included_router_are_resolved(database: Database) -> None:
    def reject() -> None:
        raise HTTPException(404)

    outer = APIRouter(dependencies=[Depends(reject)])
    outer.include_router(resource_router(gadgets, access))
    async with unchecked_client_of(application_of(outer, database)) as client:
        assert (await client.get("/gadgets")).status_code == 404


async def test_a_dependency_override_replaces_the_owner_provider(
    api: ResourceAPI, client: httpx.AsyncClient
) -> None:
    await client.post("/gadgets", json={"name": "of ann"})
    api.dependency_overrides[access.owner] = lambda: OwnerId("bob")
    try:
        assert (await client.get("/gadgets")).json()["items"] == []
    finally:
        api.dependency_overrides.clear()
    assert len((await client.get("/gadgets")).json()["items"]) == 1


async def test_every_request_gets_its_own_query_model_with_new_defaults(database: Database) -> None:
    router = resource_router(gadgets, access)
    numbers = count()

    class NumberQuery(BaseModel):
        model_config = ConfigDict(frozen=True)

        number: int = Field(default_factory=lambda: next(numbers))
        uses: list[str] = Field(default_factory=list)

    @router.get("/numbers")
    async def get_number(
        rows: Annotated[Scope[GadgetRead], router.scope], query: Annotated[NumberQuery, Query()]
    ) -> Response:
        query.uses.append("used")
        return Response(f"{query.number} {len(query.uses)}")

    async with unchecked_client_of(application_of(router, database)) as client:
        responses = [await client.get("/gadgets/numbers", headers={"Owner": name}) for name in ("ann", "bob")]
    assert [response.text for response in responses] == ["0 1", "1 1"]


async def test_an_endpoint_with_an_unannotated_parameter_does_not_disturb_other_routes(
    database: Database, empty: None
) -> None:
    router = resource_router(gadgets, access)

    @router.get("/named/{name}")
    async def echo(name, rows: Annotated[Scope[GadgetRead], router.scope]) -> Response:  # type: ignore[no-untyped-def] # noqa: ANN001 # the subject of the test
        return Response(f"{name} {len((await rows.list()).items)}")

    async with unchecked_client_of(application_of(router, database)) as client:
        assert (await client.get("/gadgets/named/lamp")).text == "lamp 0"
        assert (await client.get("/gadgets")).status_code == 200


@pytest.mark.parametrize("owner", [None, ""])
async def test_a_request_is_rejected_if_the_owner_provider_returns_no_owner(
    database: Database, owner: Any
) -> None:
    async def no_owner(_request: Request) -> Any:
        return owner

    router = resource_router(gadgets, Access(no_owner, access.database))
    async with unchecked_client_of(application_of(router, database)) as client:
        response = await client.get("/gadgets")
    assert response.status_code == 401
    assert response.headers["www-authenticate"]


async def test_an_owner_provider_can_have_annotations_for_type_checkers_only(
    database: Database, empty: None
) -> None:
    async def owner(request: Request) -> "ImportedForTypeCheckersOnly":  # type: ignore[name-defined] # noqa: F821 # the subject of the test
        return OwnerId(request.headers["owner"])

    router = resource_router(gadgets, Access(owner, access.database))
    async with unchecked_client_of(application_of(router, database)) as client:
        assert (await client.get("/gadgets")).status_code == 200


@pytest.mark.parametrize("collection", [list[str], set[str], frozenset[str], tuple[str, ...]])
async def test_a_query_model_can_have_a_parameter_that_is_repeated(
    database: Database, collection: Any
) -> None:
    router = resource_router(gadgets, access)
    model: Any = create_model("TagQuery", tags=(collection, ...))

    @router.get("/tags")
    async def tags(
        rows: Annotated[Scope[GadgetRead], router.scope], query: Annotated[model, Query()]
    ) -> Response:
        values: Any = query
        return Response(" ".join(sorted(values.tags)) + type(rows).__name__)

    async with unchecked_client_of(application_of(router, database)) as client:
        assert (await client.get("/gadgets/tags?tags=a")).text == "aScope"
        assert (await client.get("/gadgets/tags?tags=a&tags=b")).text == "a bScope"
