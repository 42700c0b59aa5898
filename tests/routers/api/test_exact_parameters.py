"""The parameters of custom routes have one canonical spelling, like those of generated ones."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, Response

from routers import ResourceAPI, RowId, ScopedRouter
from tests.support.gadget_applications import FAST_PATH, client_of, unchecked_client_of
from tests.support.gadgets import ROW_ID, access
from tests.support.reports import json_response, limits, reports_application


@pytest.fixture(scope="module", params=[True, False], ids=["fast", "fallback"])
async def reports(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reports_application(fast_path=request.param)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/types", 200),
        ("/types?day=2026-01-31", 200),
        ("/types?day=0", 422),
        ("/types?day=20260131", 422),
        ("/types?at=2026-01-31T12:00:00Z", 200),
        ("/types?at=1767225600", 422),
        ("/types?count=7", 200),
        ("/types?count=07", 422),
        ("/types?count=%2B7", 422),
        ("/types?count=7.0", 422),
        ("/types?count=0", 422),
        ("/types?count=2147483648", 422),
        ("/types?ratio=1e3", 200),
        ("/types?ratio=.5", 422),
        ("/types?ratio=inf", 422),
        ("/types?flag=true", 200),
        ("/types?flag=True", 422),
        ("/types?flag=1", 422),
        ("/types?flag=yes", 422),
        (f"/types?ref={ROW_ID}", 200),
        (f"/types?ref={ROW_ID.replace('-', '')}", 422),
        ("/types?level=high", 200),
        ("/types?level=HIGH", 422),
        ("/types?price=1.5", 200),
        ("/types?price=1e1", 422),
        ("/types?price=01", 422),
        ("/types?text=a%00", 422),
        ("/types?sort=down", 200),
        ("/types?sort=left", 422),
        ("/types?lower=ABC", 200),
        ("/types?tags=a&tags=b", 200),
        ("/types?old-style=9", 200),
        ("/types?old-style=09", 422),
        ("/types?old-style=10", 422),
        ("/types?until=2026-01-31", 200),
        ("/types?until=0", 422),
        ("/types?day=2026-01-31&day=2026-01-31", 422),
        ("/types?unknown=1", 422),
        ("/period", 200),
        ("/period?since=2026-01-31&to=2026-02-01&size=5&levels=low&levels=high", 200),
        ("/period?to=0", 422),
        ("/period?until=2026-01-31", 422),
        ("/period?size=05", 422),
        ("/period?levels=LOW", 422),
        ("/optional", 200),
        ("/optional?size=5", 200),
        ("/optional?size=05", 422),
        ("/optional?unknown=5", 422),
        ("/numbers", 200),
        ("/numbers?numbers=1&numbers=2", 200),
        ("/numbers?numbers=01", 422),
        ("/days/2026-01-31", 200),
        ("/days/0", 422),
        ("/levels/low/1", 200),
        ("/levels/LOW/1", 422),
        ("/levels/low/01", 422),
        ("/levels/low/0", 422),
        ("/dependencies?size=5&since=2026-01-31T12:00:00Z&offset=1&width=2&factor=3&total=4&shift=5", 200),
        ("/dependencies?size=05", 422),
        ("/dependencies?since=0", 422),
        ("/dependencies?offset=01", 422),
        ("/dependencies?width=01", 422),
        ("/dependencies?factor=01", 422),
        ("/dependencies?total=01", 422),
        ("/dependencies?shift=01", 422),
    ],
)
async def test_a_parameter_of_a_custom_route_has_one_spelling(
    reports: httpx.AsyncClient, path: str, status: int
) -> None:
    response = await reports.get(f"/reports{path}")
    assert response.status_code == status, response.text


async def test_a_validator_of_a_parameter_applies_after_its_format(reports: httpx.AsyncClient) -> None:
    assert (await reports.get("/reports/types?even=4")).status_code == 200
    response = await reports.get("/reports/types?even=3")
    assert response.json()["errors"] == [{"parameter": "even", "detail": "This is not a valid value."}]


async def test_an_endpoint_gets_python_values_and_defaults(reports: httpx.AsyncClient) -> None:
    response = await reports.get(f"/reports/types?count=7&flag=true&price=1.50&lower=ABC&ref={ROW_ID}&tags=a")
    assert response.json() == [
        *(None, None, 7, 0.5, True, ROW_ID, "low", "1.50", "", "up", 0, "abc", ["a"], 5, "2026-12-31"),
    ]
    query = "size=5&since=2026-01-31T12:00:00Z&offset=2&width=2&factor=3&total=4&shift=5"
    response = await reports.get(f"/reports/dependencies?{query}")
    assert response.json() == [[5, "2026-01-31T12:00:00Z"], 2, {"width": 2}, 6, 2, 6]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Number": "7", "X-Depth": "2", "Cookie": "visited=true"}, 200),
        ({"X-Number": "07"}, 422),
        ({"X-Depth": "02"}, 422),
        ({"Cookie": "visited=yes"}, 422),
    ],
)
async def test_headers_and_cookies_have_one_spelling(
    reports: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await reports.get("/reports/headers", headers=headers)).status_code == status


async def test_a_converter_in_the_path_keeps_its_format() -> None:
    # The document does not describe paths with slashes.
    async with unchecked_client_of(reports_application(fast_path=FAST_PATH)) as client:
        assert (await client.get("/reports/files/7/a/b")).json() == [7, "a/b"]
        assert (await client.get("/reports/files/x/a/b")).status_code == 404


def test_an_optional_parameter_is_not_documented_as_null() -> None:
    operation = reports_application(fast_path=FAST_PATH).openapi()["paths"]["/reports/types"]["get"]
    schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert schemas["day"]["format"] == "date"
    assert schemas["ref"]["format"] == "uuid"
    assert schemas["count"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 2**31 - 1,
        "format": "int32",
        "default": 1,
        "description": "How many.",
    }
    assert schemas["old-style"]["maximum"] == 9
    assert schemas["until"] == {**schemas["day"], "default": "2026-12-31"}


async def test_a_dependency_override_replaces_a_dependency_with_exact_parameters() -> None:
    async def replacement() -> str:
        return "replaced"

    api = reports_application(fast_path=FAST_PATH)
    api.dependency_overrides[limits] = replacement
    async with unchecked_client_of(api) as client:
        response = await client.get("/reports/dependencies")
    assert response.json()[0] == "replaced"


async def typed(size: int = 1) -> "ImportedForTypeCheckersOnly":  # type: ignore[name-defined] # noqa: F821 # the subject of the test
    return size


@pytest.mark.parametrize("dependency", [limits, typed])
async def test_a_dependency_of_the_route_has_exact_parameters(dependency: Any) -> None:
    router = ScopedRouter(access, name="reports", description="Reports about gadgets.")

    @router.get("/total", dependencies=[Depends(dependency)])
    async def get_total() -> Response:
        return Response("0", media_type="application/json")

    api = ResourceAPI(title="Reports", fast_path=FAST_PATH)
    api.include_router(router)
    async with client_of(api) as client:
        assert (await client.get("/total?size=5")).status_code == 200
        assert (await client.get("/total?size=05")).status_code == 422


async def test_an_endpoint_can_serve_two_paths() -> None:
    router = ScopedRouter(access, name="reports", description="Reports about gadgets.")

    @router.get("/first/{number}", operation_id="first")
    @router.get("/second/{number}", operation_id="second")
    async def get_number(number: int, size: int = 1) -> Response:
        return json_response(number, size)

    api = ResourceAPI(title="Reports", fast_path=FAST_PATH)
    api.include_router(router)
    async with unchecked_client_of(api) as client:
        for path in ("/first", "/second"):
            assert (await client.get(f"{path}/1?size=2")).json() == [1, 2]
            assert (await client.get(f"{path}/01")).status_code == 422


async def test_a_function_that_takes_the_id_of_the_path_is_called_as_before() -> None:
    async def double(row_id: RowId) -> UUID:
        return row_id

    router = ScopedRouter(access, name="reports", description="Reports about gadgets.")
    router.get("/{row_id}/double", response_model=Any)(double)
    assert await double(UUID(ROW_ID)) == UUID(ROW_ID)
