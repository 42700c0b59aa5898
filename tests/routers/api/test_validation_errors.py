"""Validation errors: their locations, and details that never repeat the input."""

import json
from typing import Any

import httpx
import pytest

from routers.api.validation_errors import violations

SORTS = "'-created_at', 'created_at', '-updated_at', 'updated_at', 'name' or '-name'"


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/name", "This is required."),
        ({"name": 1}, "/name", "This must be a string."),
        ({"name": "x" * 21}, "/name", "String should have at most 20 characters."),
        ({"name": "\n"}, "/name", "This does not match the documented pattern."),
        ({"name": "\ud800"}, "/name", "This must be text without lone surrogates."),
        ({"name": "x", "note": "x"}, "/note", "String should have at least 2 characters."),
        ({"name": "x", "ready": "secret"}, "/ready", "This must be true or false."),
        ({"name": "x", "secret": 1}, "", "This has an unknown member."),
        ([], "", "This must be a JSON object."),
    ],
)
async def test_an_invalid_body_is_reported_with_a_json_pointer(
    client: httpx.AsyncClient, body: Any, pointer: str, detail: str
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post("/gadgets", content=json.dumps(body), headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail}]


@pytest.mark.parametrize(
    ("parameter", "value", "detail"),
    [
        ("limit", "x", "This must be an integer without leading zeros."),
        ("limit", "101", "Input should be less than or equal to 100."),
        ("ready", "secret", "This must be true or false."),
        ("sort", "secret", f"Input should be {SORTS}."),
    ],
)
async def test_an_invalid_query_parameter_is_reported_by_its_name(
    client: httpx.AsyncClient, parameter: str, value: str, detail: str
) -> None:
    response = await client.get("/gadgets", params={parameter: value})
    assert response.status_code == 422
    assert response.json()["errors"] == [{"parameter": parameter, "detail": detail}]


async def test_a_response_contains_at_most_one_hundred_errors(client: httpx.AsyncClient) -> None:
    body = {f"unknown{number}": 1 for number in range(200)}
    response = await client.post("/gadgets", json=body)
    assert response.status_code == 422
    assert len(response.json()["errors"]) == 100


def test_a_long_detail_is_truncated_to_the_documented_length() -> None:
    (violation,) = violations([{"loc": ("query", "x"), "type": "enum", "msg": "x" * 5000}])
    assert len(violation.detail) == 1000


def test_a_json_pointer_escapes_slashes_and_tildes() -> None:
    (violation,) = violations([{"loc": ("body", "a/b~c", 0), "type": "missing"}])
    assert violation.pointer == "/a~1b~0c/0"


def test_an_error_without_a_parameter_is_reported_by_its_source() -> None:
    (violation,) = violations([{"loc": ("query",), "type": "unknown"}])
    assert violation.parameter == "query"
    assert violation.detail == "This does not match the documented schema."


def test_a_json_pointer_ends_before_names_that_the_client_chose() -> None:
    errors = [{"loc": ("body", "counts", step, "secret"), "type": "int_type"} for step in ("secret", 3)]
    assert [violation.pointer for violation in violations(errors)] == ["/counts", "/counts/3"]
