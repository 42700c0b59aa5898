"""The isolation test finds custom routes that leak, and those that it cannot test."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import Field, create_model

from routers import Database, ResourceAPI, Scope, ScopedRouter, resource_router
from tests.support.gadget_applications import FAST_PATH
from tests.support.gadgets import GadgetRead, access, gadgets
from tests.support.isolation.checks import Isolation
from tests.support.isolation.specimens import isolation_of
from tests.support.leaky_routes import LEAKS, Forbidden, Ids, leaky_search

pytestmark = pytest.mark.slow

SEEDS = range(40)

Isolate = Callable[..., Isolation]


@pytest.fixture
def isolate(specimen_database: Database, specimen_url: str) -> Isolate:
    """Return a function that returns the isolation test of routers."""

    def isolate(*routers: ScopedRouter) -> Isolation:
        api = ResourceAPI(title="Custom routes", fast_path=FAST_PATH)
        api.state.database = specimen_database
        for router in routers:
            api.include_router(router)
        return isolation_of(api, routers, specimen_url)

    return isolate


async def leak_of(isolation: Isolation) -> str:
    """Return the first leak that is found; empty if there is none."""
    for seed in SEEDS:
        if leak := await isolation.find_leak(seed):
            return leak
    return ""


@pytest.mark.parametrize(("method", "path", "endpoint"), LEAKS.values(), ids=LEAKS)
async def test_a_custom_route_with_sql_of_its_own_is_detected(
    isolate: Isolate, method: str, path: str, endpoint: Callable[..., Any]
) -> None:
    router = resource_router(gadgets, access)
    router.add_api_route(path, endpoint, methods=[method])
    assert await leak_of(isolate(router))


async def test_a_route_that_belongs_to_no_resource_is_tested_too(isolate: Isolate) -> None:
    leak = await leak_of(isolate(resource_router(gadgets, access), leaky_search()))
    assert "the response to GET /search" in leak


async def test_custom_routes_that_use_their_scope_leak_nothing(isolate: Isolate) -> None:
    router = resource_router(gadgets, access)
    scope = Annotated[Scope[GadgetRead], router.scope]

    @router.post("/ready")
    async def set_ready(body: Ids, rows: scope) -> list[UUID]:
        async with rows.transaction():
            return [(await rows.update(each, ready=True)).id for each in body.ids]

    search = ScopedRouter(access, prefix="/search", name="search", description="Search.")

    @search.get("/{text}")
    async def find_gadgets(text: str, rows: scope) -> list[str]:
        return [each.name for each in (await rows.list(filters={"q": text})).items]

    isolation = isolate(router, search)
    assert [await isolation.find_leak(seed) for seed in SEEDS] == [None] * len(SEEDS)
    assert await isolation.find_unreached(SEEDS) == []


def router_with_code(code: Any) -> ScopedRouter:
    """Return a router with a route that accepts only one code."""
    router = resource_router(gadgets, access)
    schema = create_model("Code", code=(str, code))

    async def open_gadgets(body: Any, rows: Annotated[Scope[GadgetRead], router.scope]) -> None:
        if body.code != "sesame":
            raise Forbidden

    open_gadgets.__annotations__["body"] = schema
    router.post("/open")(open_gadgets)
    return router


async def test_a_route_that_never_succeeds_is_reported_with_what_it_needs(isolate: Isolate) -> None:
    isolation = isolate(router_with_code(Field(max_length=9)))
    assert [each.partition(" The last")[0] for each in await isolation.find_unreached(SEEDS)] == [
        f"POST /gadgets/open never succeeded for the {owner}: "
        "add examples with which it succeeds to the members of its body (Code)."
        for owner in ("intruder", "witness")
    ]


async def test_examples_let_a_route_succeed(isolate: Isolate) -> None:
    assert await isolate(router_with_code(Field(examples=["sesame"]))).find_unreached(SEEDS) == []


async def test_a_route_that_the_document_lacks_is_reported(isolate: Isolate) -> None:
    router = resource_router(gadgets, access)

    @router.get("/hidden", include_in_schema=False)
    async def get_hidden() -> None:
        """Do nothing."""

    with pytest.raises(LookupError, match="GET /gadgets/hidden is not in the OpenAPI document"):
        await isolate(router).find_leak(0)
