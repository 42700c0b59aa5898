"""The document says what is served."""

from typing import Any

import pytest

from routers import ResourceAPI
from routers.openapi import complete

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def document(api: ResourceAPI) -> dict[str, Any]:
    return api.openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    }


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("listGadgets", "200 401 413 422 500 503"),
        ("createGadget", "201 400 401 413 415 422 500 503"),
        ("getGadget", "200 304 401 404 412 413 422 500 503"),
        ("putGadget", "200 201 400 401 412 413 415 422 500 503"),
        ("updateGadget", "200 400 401 404 412 413 415 422 500 503"),
        ("deleteGadget", "204 401 404 412 413 422 500 503"),
        ("flipGadget", "200 401 404 412 413 422 500 503"),
        ("countGadgets", "200 401 413 422 500 503"),
    ],
)
def test_each_operation_documents_its_statuses(
    document: dict[str, Any], operation: str, statuses: str
) -> None:
    assert list(operations(document)[operation]["responses"]) == statuses.split()


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }


def test_every_operation_names_the_owner_scheme(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["owner"]["type"] == "apiKey"
    for operation in operations(document).values():
        assert operation["security"] == [{"owner": []}]


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("listGadgets", ["limit", "cursor", "sort", "ready", "created_from", "created_to", "q"]),
        ("createGadget", []),
        ("getGadget", ["gadget_id", "If-None-Match"]),
        ("putGadget", ["gadget_id", "If-Match", "If-None-Match"]),
        ("updateGadget", ["gadget_id", "If-Match"]),
        ("deleteGadget", ["gadget_id", "If-Match"]),
        ("flipGadget", ["gadget_id", "If-Match"]),
        ("countGadgets", ["ready"]),
    ],
)
def test_each_operation_documents_its_parameters(
    document: dict[str, Any], operation: str, names: list[str]
) -> None:
    assert [each["name"] for each in operations(document)[operation].get("parameters", [])] == names


def test_patch_documents_both_media_types(document: dict[str, Any]) -> None:
    content = operations(document)["updateGadget"]["requestBody"]["content"]
    assert set(content) == {"application/json", "application/merge-patch+json"}


def test_shapes_are_exact(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas) == {
        *("GadgetCreate", "GadgetUpdate", "GadgetRead", "GadgetPage"),
        *("Problem", "Violation"),
    }
    assert schemas["GadgetCreate"]["required"] == ["name"]
    assert schemas["GadgetCreate"]["additionalProperties"] is False
    assert "required" not in schemas["GadgetUpdate"]
    assert set(schemas["GadgetRead"]["required"]) == set(schemas["GadgetRead"]["properties"])
    assert schemas["GadgetRead"]["properties"].keys().isdisjoint({"owner_id"})
    assert "default" not in str(schemas["GadgetCreate"]) + str(schemas["GadgetUpdate"])
    limit = document["paths"]["/gadgets"]["get"]["parameters"][0]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 50)


def test_only_a_title_that_says_more_than_the_name_is_kept() -> None:
    members = {"made_at": {"title": "Made At"}, "kind": {"title": "Which kind"}}
    parameters = [{"name": "limit", "schema": {"title": "Limit"}}]
    document: dict[str, Any] = {
        "paths": {"/pins": {"get": {"parameters": parameters, "responses": {}}}},
        "components": {"schemas": {"Pin": {"title": "Pin", "properties": members}}},
    }
    complete(document)
    assert document["components"]["schemas"]["Pin"] == {
        "properties": {"made_at": {}, "kind": {"title": "Which kind"}}
    }
    assert parameters == [{"name": "limit", "schema": {}}]
