"""The operations that the router of a resource offers and documents."""

from typing import Any

import httpx
import pytest

from routers import ResourceAPI
from routers.api.router import operation_id


@pytest.fixture(scope="module")
def paths(specimen_api: ResourceAPI) -> dict[str, Any]:
    paths: dict[str, Any] = specimen_api.openapi()["paths"]
    return paths


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
def test_a_resource_offers_exactly_its_declared_operations(
    paths: dict[str, Any], path: str, methods: set[str]
) -> None:
    assert set(paths[path]) == methods


async def test_an_operation_that_is_not_declared_is_not_allowed(museum: httpx.AsyncClient) -> None:
    response = await museum.patch("/shelves/00000000-0000-4000-8000-000000000001", json={})
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, HEAD, PUT"


@pytest.mark.parametrize(
    ("path", "methods"),
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
def test_409_is_documented_exactly_where_a_conflict_is_possible(
    paths: dict[str, Any], path: str, methods: set[str]
) -> None:
    operations = paths[path].items()
    assert {method for method, operation in operations if "409" in operation["responses"]} == methods


def test_only_public_resources_require_no_owner(paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        for operation in operations.values():
            public = path.startswith(("/regions", "/public/"))
            assert operation["security"] == ([] if public else [{"owner": []}])
            assert ("401" in operation["responses"]) is not public


def test_an_operation_id_is_its_name_in_camel_case() -> None:
    assert [operation_id(name) for name in ("list_things", "get_big thing", "a-b")] == [
        "listThings",
        "getBigThing",
        "aB",
    ]
