"""The document says what is served."""

import copy
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from routers import ResourceAPI
from routers.openapi.document import complete

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
        ("listGadgets", "200 400 401 413 422 500 503"),
        ("createGadget", "201 400 401 413 415 422 500 503"),
        ("getGadget", "200 304 400 401 404 412 413 422 500 503"),
        ("putGadget", "200 201 400 401 412 413 415 422 500 503"),
        ("updateGadget", "200 400 401 404 412 413 415 422 500 503"),
        ("deleteGadget", "204 400 401 404 412 413 422 500 503"),
        ("flipGadget", "200 400 401 404 412 413 422 500 503"),
        ("countGadgets", "200 400 401 413 422 500 503"),
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
                content = response["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert content["example"]["status"] == int(status)


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


def test_each_tag_is_described_in_alphabetical_order(specimen_api: ResourceAPI) -> None:
    tags = {tag["name"]: tag["description"] for tag in specimen_api.openapi()["tags"]}
    assert list(tags) == ["labels", "regions", "shelves", "specimens"]
    assert tags["labels"] == "Labels: no other owner sees or changes them."
    assert tags["regions"] == "Regions: the same to everyone."


def test_a_route_by_hand_is_described_where_it_says_nothing(document: dict[str, Any]) -> None:
    flip = operations(document)["flipGadget"]
    assert flip["responses"]["200"]["description"] == "The answer to what was asked."
    assert flip["parameters"][0]["description"] == "Which row is meant, by its id."


def test_integers_say_how_wide_they_are(specimen_api: ResourceAPI) -> None:
    members = specimen_api.openapi()["components"]["schemas"]["SpecimenRead"]["properties"]
    assert {members[name]["format"] for name in ("legs", "rank", "count", "version")} == {"int32"}
    assert members["serial"]["format"] == "int64"
    assert isinstance(members["count"]["minimum"], int)


def test_it_is_a_valid_document_of_openapi_3_1(specimen_api: ResourceAPI) -> None:
    document = copy.deepcopy(specimen_api.openapi())
    OpenAPIV31SpecValidator(document).validate()
    del document["paths"]["/labels"]["post"]["responses"]["201"]["description"]
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV31SpecValidator(document).validate()


def test_a_member_called_example_is_completed_and_a_value_is_not() -> None:
    value = {"type": "integer"}
    member = {"type": "integer", "minimum": 0.0, "maximum": 5.0}
    schema = {"type": "object", "properties": {"example": member}, "examples": [value]}
    complete({"paths": {}, "components": {"schemas": {"Thing": schema}}})
    assert member == {"type": "integer", "minimum": 0, "maximum": 5, "format": "int32"}
    assert value == {"type": "integer"}


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
