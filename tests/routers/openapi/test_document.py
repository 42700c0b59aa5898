"""The OpenAPI document."""

import copy
from typing import Any

import pytest
from fastapi.openapi.models import HTTPBearer
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from routers import Database, ResourceAPI
from routers.openapi.document import complete
from tests.support.gadget_applications import application_of
from tests.support.gadgets import gadget_router

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
        ("listGadgets", "200 400 401 408 413 422 431 500 503"),
        ("createGadget", "201 400 401 408 413 415 422 431 500 503"),
        ("getGadget", "200 304 400 401 404 408 412 413 422 431 500 503"),
        ("putGadget", "200 201 400 401 408 412 413 415 422 431 500 503"),
        ("updateGadget", "200 400 401 404 408 412 413 415 422 431 500 503"),
        ("deleteGadget", "204 400 401 404 408 412 413 422 431 500 503"),
        ("flipGadget", "200 400 401 404 408 412 413 422 431 500 503"),
        ("countGadgets", "200 400 401 408 413 422 431 500 503"),
    ],
)
def test_each_operation_documents_every_status(
    document: dict[str, Any], operation: str, statuses: str
) -> None:
    assert list(operations(document)[operation]["responses"]) == statuses.split()


def test_every_error_response_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                content = response["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert content["example"]["status"] == int(status)


def test_every_operation_requires_the_security_scheme_of_the_owner(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["owner"]["type"] == "apiKey"
    for operation in operations(document).values():
        assert operation["security"] == [{"owner": []}]


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("listGadgets", ["limit", "cursor", "sort", "ready", "created_at_gte", "created_at_lt", "q"]),
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
    parameters = operations(document)[operation].get("parameters", [])
    assert [parameter["name"] for parameter in parameters] == names


def test_patch_documents_json_and_json_merge_patch(document: dict[str, Any]) -> None:
    content = operations(document)["updateGadget"]["requestBody"]["content"]
    assert set(content) == {"application/json", "application/merge-patch+json"}


def test_the_document_has_schemas_of_bodies_rows_pages_and_problems(document: dict[str, Any]) -> None:
    assert set(document["components"]["schemas"]) == {
        *("GadgetCreate", "GadgetUpdate", "GadgetRead", "GadgetPage"),
        *("Problem", "Violation"),
    }


def test_request_schemas_require_exactly_the_members_without_default(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["GadgetCreate"]["required"] == ["name"]
    assert "required" not in schemas["GadgetUpdate"]
    assert schemas["GadgetCreate"]["additionalProperties"] is False
    assert schemas["GadgetUpdate"]["additionalProperties"] is False
    assert "default" not in str(schemas["GadgetCreate"]) + str(schemas["GadgetUpdate"])


def test_the_response_schema_requires_every_member_and_hides_the_owner(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["GadgetRead"]
    assert set(schema["required"]) == set(schema["properties"])
    assert "owner_id" not in schema["properties"]


def test_the_limit_of_a_list_documents_its_bounds_and_default(document: dict[str, Any]) -> None:
    limit = document["paths"]["/gadgets"]["get"]["parameters"][0]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 50)


def test_tags_are_sorted_and_describe_who_can_see_the_rows(specimen_api: ResourceAPI) -> None:
    tags = {tag["name"]: tag["description"] for tag in specimen_api.openapi()["tags"]}
    assert list(tags) == ["bolts", "labels", "public areas", "regions", "shelves", "slots", "specimens"]
    assert tags["labels"] == "Labels, each visible to its owner only."
    assert tags["regions"] == "Regions, readable by everyone."


def test_a_custom_route_gets_default_descriptions(document: dict[str, Any]) -> None:
    flip = operations(document)["flipGadget"]
    assert flip["responses"]["200"]["description"] == "The result of the operation."
    assert flip["parameters"][0]["description"] == "The unique id of the row."


def test_integers_document_their_format(specimen_api: ResourceAPI) -> None:
    members = specimen_api.openapi()["components"]["schemas"]["SpecimenRead"]["properties"]
    assert {members[name]["format"] for name in ("legs", "rank", "count", "version")} == {"int32"}
    assert members["stock"]["format"] == "int64"
    assert isinstance(members["count"]["minimum"], int)


def test_the_document_is_valid_openapi_3_1(specimen_api: ResourceAPI) -> None:
    document = copy.deepcopy(specimen_api.openapi())
    OpenAPIV31SpecValidator(document).validate()
    # The validator detects errors in documents like this one.
    del document["paths"]["/labels"]["post"]["responses"]["201"]["description"]
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV31SpecValidator(document).validate()


def test_integer_formats_are_added_to_schemas_but_not_to_example_values() -> None:
    value = {"type": "integer"}
    member = {"type": "integer", "minimum": 0.0, "maximum": 5.0}
    schema = {"type": "object", "properties": {"example": member}, "examples": [value]}
    complete({"paths": {}, "components": {"schemas": {"Thing": schema}}})
    assert member == {"type": "integer", "minimum": 0, "maximum": 5, "format": "int32"}
    assert value == {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "bounds"),
    [({"enum": [5, -1, 2]}, (-1, 5, "int32")), ({"const": 2**31}, (2**31, 2**31, "int64"))],
)
def test_choices_of_integers_have_bounds_and_a_format(
    schema: dict[str, Any], bounds: tuple[int, int, str]
) -> None:
    schema["type"] = "integer"
    complete({"paths": {}, "components": {"schemas": {"Thing": schema}}})
    assert (schema["minimum"], schema["maximum"], schema["format"]) == bounds


def test_titles_that_repeat_the_name_are_dropped() -> None:
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


def test_the_configuration_of_an_application_can_replace_the_security_scheme_of_a_dependency(
    database: Database, document: dict[str, Any]
) -> None:
    schemes = {"owner": HTTPBearer(bearerFormat="JWT"), "unused": HTTPBearer()}
    replaced = application_of(gadget_router(), database, security_schemes=schemes).openapi()
    assert replaced["components"]["securitySchemes"] == {
        "owner": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    assert replaced["paths"] == document["paths"]
