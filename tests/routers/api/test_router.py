"""A resource's router: what it offers, and what it says of it."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter

from routers import ResourceAPI, Scope, resource_router
from routers.api.router import operation_id
from tests.support.gadgets import GadgetRead, access, gadgets


@pytest.fixture(scope="module")
def paths(specimen_api: ResourceAPI) -> dict[str, Any]:
    found: dict[str, Any] = specimen_api.openapi()["paths"]
    return found


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/specimens", {"get", "post"}),
        ("/specimens/{specimen_id}", {"get", "put", "patch", "delete"}),
        ("/specimens/{specimen_id}/inspect", {"post"}),
        ("/shelves", {"get", "post"}),
        ("/shelves/{shelf_id}", {"get", "put", "delete"}),
        ("/regions", {"get"}),
        ("/regions/{region_id}", {"get"}),
    ],
)
def test_the_operations_that_are_declared_are_offered(
    paths: dict[str, Any], path: str, methods: set[str]
) -> None:
    assert set(paths[path]) == methods


async def test_an_operation_that_is_left_out_is_not_allowed(museum: httpx.AsyncClient) -> None:
    response = await museum.patch("/shelves/00000000-0000-4000-8000-000000000001", json={})
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, HEAD, PUT"


@pytest.mark.parametrize(
    ("path", "conflicting"),
    [
        ("/specimens", set()),
        ("/specimens/{specimen_id}", set()),
        ("/labels", {"post"}),
        ("/labels/{label_id}", {"put", "patch"}),
        ("/shelves", {"post"}),
        ("/shelves/{shelf_id}", {"put", "delete"}),
        ("/regions/{region_id}", set()),
    ],
)
def test_a_conflict_is_documented_where_there_can_be_one(
    paths: dict[str, Any], path: str, conflicting: set[str]
) -> None:
    assert {
        method for method, operation in paths[path].items() if "409" in operation["responses"]
    } == conflicting


def test_only_what_is_public_asks_for_no_owner(paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        for operation in operations.values():
            public = path.startswith("/regions")
            assert operation["security"] == ([] if public else [{"owner": []}])
            assert ("401" in operation["responses"]) is not public


def test_a_name_of_several_words_is_one_in_camel_case() -> None:
    assert [operation_id(name) for name in ("list_things", "get_big thing", "a-b")] == [
        "listThings",
        "getBigThing",
        "aB",
    ]


async def test_a_scope_belongs_to_the_resources_own_router() -> None:
    plain = APIRouter()
    scope = Annotated[Scope[GadgetRead], resource_router(gadgets, access).scope]

    @plain.get("/elsewhere")
    async def elsewhere(rows: scope) -> None:
        """Use a scope on another router."""

    faults: list[Exception | None] = []
    api = ResourceAPI(observe=lambda _scope, _status, _seconds, fault: faults.append(fault))
    api.include_router(plain)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://x") as client:
        assert (await client.get("/elsewhere", headers={"Owner": "ann"})).status_code == 500
    assert "/elsewhere: only routes of a resource's own router have a scope." in str(faults)
