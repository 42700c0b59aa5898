"""The document's links lead where they say."""

from typing import Any

import pytest

from routers import ResourceAPI
from routers.openapi.links import add_links

ON_A_ROW = {"getGadget", "putGadget", "updateGadget", "deleteGadget", "flipGadget"}


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
def test_a_written_row_leads_to_every_operation_on_it(
    paths: dict[str, Any], path: str, method: str, status: str
) -> None:
    links = paths[path][method]["responses"][status]["links"]
    assert set(links) == ON_A_ROW
    assert links["flipGadget"] == {
        "operationId": "flipGadget",
        "parameters": {"path.gadget_id": "$response.body#/id"},
    }


def test_a_deleted_row_leads_to_where_it_was(paths: dict[str, Any]) -> None:
    assert paths["/gadgets/{gadget_id}"]["delete"]["responses"]["204"]["links"] == {
        "getGadget": {
            "operationId": "getGadget",
            "parameters": {"path.gadget_id": "$request.path.gadget_id"},
        }
    }


def test_a_page_leads_to_the_next(paths: dict[str, Any]) -> None:
    assert paths["/gadgets"]["get"]["responses"]["200"]["links"] == {
        "next": {
            "operationId": "listGadgets",
            "parameters": {"query.cursor": "$response.body#/next_cursor"},
        }
    }


def test_what_is_no_collection_leads_nowhere(paths: dict[str, Any]) -> None:
    assert "links" not in paths["/gadgets/count"]["get"]["responses"]["200"]


def test_only_what_is_offered_is_linked() -> None:
    paths: dict[str, Any] = {
        "/things": {"post": {"operationId": "createThing", "responses": {"201": {}}}},
        "/things/{thing_id}": {"delete": {"operationId": "deleteThing", "responses": {"204": {}}}},
        "/things/{thing_id}/parts/{part_id}": {"get": {"operationId": "getPart", "responses": {"200": {}}}},
    }
    add_links(paths)
    assert list(paths["/things"]["post"]["responses"]["201"]["links"]) == ["deleteThing"]
    assert "links" not in paths["/things/{thing_id}"]["delete"]["responses"]["204"]
