"""The OpenAPI links of responses."""

from typing import Any

import pytest

from routers import ResourceAPI
from routers.openapi.links import add_links

ROW_OPERATIONS = {"getGadget", "putGadget", "updateGadget", "deleteGadget", "flipGadget"}


@pytest.fixture
def paths(api: ResourceAPI) -> dict[str, Any]:
    paths: dict[str, Any] = api.openapi()["paths"]
    return paths


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/gadgets", "post", "201"),
        ("/gadgets/{gadget_id}", "put", "200"),
        ("/gadgets/{gadget_id}", "put", "201"),
    ],
)
def test_a_created_or_replaced_row_links_to_every_operation_on_one_row(
    paths: dict[str, Any], path: str, method: str, status: str
) -> None:
    links = paths[path][method]["responses"][status]["links"]
    assert set(links) == ROW_OPERATIONS
    assert links["flipGadget"] == {
        "operationId": "flipGadget",
        "parameters": {"path.gadget_id": "$response.body#/id"},
    }


def test_a_deleted_row_links_to_its_get(paths: dict[str, Any]) -> None:
    assert paths["/gadgets/{gadget_id}"]["delete"]["responses"]["204"]["links"] == {
        "getGadget": {
            "operationId": "getGadget",
            "parameters": {"path.gadget_id": "$request.path.gadget_id"},
        }
    }


def test_a_page_links_to_the_next_page(paths: dict[str, Any]) -> None:
    assert paths["/gadgets"]["get"]["responses"]["200"]["links"] == {
        "next": {
            "operationId": "listGadgets",
            "parameters": {"query.cursor": "$response.body#/next_cursor"},
        }
    }


def test_a_response_without_row_and_page_has_no_links(paths: dict[str, Any]) -> None:
    assert "links" not in paths["/gadgets/count"]["get"]["responses"]["200"]


def test_links_lead_only_to_operations_of_the_document() -> None:
    paths: dict[str, Any] = {
        "/things": {"post": {"operationId": "createThing", "responses": {"201": {}}}},
        "/things/{thing_id}": {"delete": {"operationId": "deleteThing", "responses": {"204": {}}}},
        "/things/{thing_id}/parts/{part_id}": {"get": {"operationId": "getPart", "responses": {"200": {}}}},
    }
    add_links(paths)
    assert list(paths["/things"]["post"]["responses"]["201"]["links"]) == ["deleteThing"]
    assert "links" not in paths["/things/{thing_id}"]["delete"]["responses"]["204"]
