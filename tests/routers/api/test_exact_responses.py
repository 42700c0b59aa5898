"""The responses of custom routes are documented exactly, with one component for each model."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest

from routers import Database, Page, Resource, ResourceAPI, Scope, ScopedRouter, resource_router
from tests.support.gadget_applications import client_of
from tests.support.gadgets import ROW_ID, Gadget, GadgetCreate, GadgetRead, access
from tests.support.summaries import summaries_application


@pytest.fixture
async def summaries(database: Database, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(summaries_application(database)) as client:
        await client.put(f"/gadgets/{ROW_ID}", json={"name": "lamp"})
        yield client


async def test_a_response_has_every_member_and_its_rows_look_like_those_of_generated_routes(
    summaries: httpx.AsyncClient,
) -> None:
    row = (await summaries.get(f"/gadgets/{ROW_ID}")).json()
    summary = {
        "gadgets": [row],
        "page": {"items": [row], "next_cursor": None},
        "first": row,
        "others": [row],
        "by_name": {"lamp": row},
        "totalCount": 2**40,
        "amount": "12345678901234.50",
        "at": "2026-01-31T12:00:00Z",
        "on": "2026-01-31",
        "ids": [ROW_ID],
        "anything": {"a": [1]},
        "words": ["a", "b"],
        "text": "a b",
        "twice": 2**41,
    }
    for path in ("/one", "/declared"):
        assert (await summaries.get(f"/summaries{path}")).json() == summary
    assert (await summaries.get("/summaries/some")).json() == [summary]
    assert (await summaries.get("/summaries/by-name")).json() == {"a": summary}


async def test_an_endpoint_can_return_a_dictionary_for_a_model(summaries: httpx.AsyncClient) -> None:
    summary = (await summaries.get("/summaries/dictionary")).json()
    assert (summary["totalCount"], summary["amount"], summary["twice"]) == (5, "0.00", 10)
    assert summary["gadgets"] == (await summaries.get("/gadgets")).json()["items"]


async def test_a_serializer_and_the_configuration_of_a_model_apply(summaries: httpx.AsyncClient) -> None:
    shout = (await summaries.get("/summaries/shout")).json()
    assert (shout["name"], shout["length"], shout["gadget"]["name"]) == ("LAMP", 4, "lamp")
    assert (await summaries.get("/summaries/names")).json() == ["lamp"]
    assert (await summaries.get("/summaries/anything")).json() == {"known": 1, "other": 2}
    assert (await summaries.get("/summaries/partial")).json() == {"first": 1}
    assert (await summaries.get("/summaries/count")).json() == 2**40
    assert (await summaries.get("/summaries/fixed")).json() == [1, "a"]
    assert (await summaries.get("/summaries/numbers")).json() == {"1": "a"}
    assert (await summaries.delete("/summaries/one")).status_code == 204


def test_each_model_of_responses_is_one_component_and_requires_its_members(database: Database) -> None:
    document = summaries_application(database).openapi()
    schemas = document["components"]["schemas"]
    assert not [name for name in schemas if "__" in name or name.endswith(("Input", "Output"))]
    assert {"Summary", "Shout", "GadgetRead", "GadgetPage", "Names", "Anything", "Partial"} <= schemas.keys()
    summary = schemas["Summary"]
    assert summary["required"] == list(summary["properties"])
    assert summary["properties"]["gadgets"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/GadgetRead"},
        "maxItems": 65536,
    }
    assert summary["properties"]["totalCount"] == {
        "type": "integer",
        "minimum": -(2**63),
        "exclusiveMaximum": 2**63,
        "format": "int64",
        "description": "How many gadgets there are.",
    }
    assert summary["properties"]["twice"]["description"] == "Twice the number of gadgets."
    assert "required" not in schemas["Partial"]
    assert list(document["paths"]["/summaries/one"]["get"]["responses"])[:2] == ["200", "202"]


def test_a_page_has_the_schema_of_the_resource_whose_scope_the_route_takes(database: Database) -> None:
    others = Resource(
        path="/others", model=Gadget, create=GadgetCreate, read=GadgetRead, sorts=("-created_at",)
    )
    router = resource_router(others, access)

    @router.get("/pages")
    async def get_pages(rows: Annotated[Scope[GadgetRead], router.scope]) -> list[Page[GadgetRead]]:
        raise NotImplementedError

    api = ResourceAPI(title="Others")
    api.include_router(router)
    document = api.openapi()
    content = document["paths"]["/others/pages"]["get"]["responses"]["200"]["content"]["application/json"]
    assert content["schema"]["items"] == {"$ref": "#/components/schemas/GadgetPage"}
    cursor = document["components"]["schemas"]["GadgetPage"]["properties"]["next_cursor"]["anyOf"][0]
    assert "|" not in cursor["pattern"]  # it has one order, and gadgets have several


def test_a_table_is_no_response() -> None:
    router = ScopedRouter(access, name="summaries", description="Summaries of gadgets.")

    async def get_gadget() -> Gadget:
        raise NotImplementedError

    with pytest.raises(TypeError, match="get_gadget cannot be served: Gadget is a table, which is not"):
        router.get("/gadget")(get_gadget)
