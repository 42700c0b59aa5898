"""Validation errors: their locations, and details that never repeat the input."""

import json
from typing import Any

import httpx
import pytest

from routers.api.validation_errors import violations

KNOWN = "This member is unknown; known members: name, note, ready."
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
        ({"name": "x", "nam\0e": 1}, "/nam\ufffde", KNOWN),
        ({"name": "x", "owner_id": "bob"}, "/owner_id", KNOWN),
        ({"name": "x", "version": 2}, "/version", "The server sets this member."),
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


def test_a_name_that_the_client_chose_is_in_the_documented_format() -> None:
    name = "\0\ud800" + "x" * 5000
    (violation,) = violations([{"loc": ("body", name), "type": "extra_forbidden"}], {name: 1})
    assert violation.pointer == f"/\ufffd\ufffd{'x' * 997}"


def test_a_json_pointer_escapes_slashes_and_tildes() -> None:
    errors = [{"loc": ("body", "a/b~c", 0), "type": "int_type"}]
    (violation,) = violations(errors, {"a/b~c": ["secret"]})
    assert violation.pointer == "/a~1b~0c/0"


def test_an_error_without_a_parameter_is_reported_by_its_source() -> None:
    (violation,) = violations([{"loc": ("query",), "type": "unknown"}])
    assert violation.parameter == "query"
    assert violation.detail == "This must be what the document describes."


async def test_a_member_that_cannot_be_changed_is_named_with_the_reason(museum: httpx.AsyncClient) -> None:
    label = (await museum.post("/labels", json={"text": "x"})).json()
    response = await museum.patch(f"/labels/{label['id']}", json={"language": "de", "words": "x"})
    assert response.status_code == 422
    known = "region_id, serialNo, shelf_id, specimen_id, text"
    assert response.json()["errors"] == [
        {"pointer": "/language", "detail": "This member cannot be changed after creation."},
        {"pointer": "/words", "detail": f"This member is unknown; known members: {known}."},
    ]
