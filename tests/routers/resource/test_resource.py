"""What a resource derives from its declaration."""

from types import new_class
from typing import Any, get_args

import pytest

from routers import ReadRow, Resource, ResourceAPI, resource_router
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead, access, gadgets
from tests.support.specimens import Shelf, ShelfCreate, ShelfRead
from tests.support.tables import OwnedSpecimen

PLAIN = Resource(path="/v2/gadgets", model=Gadget, create=GadgetCreate, read=GadgetRead)
UNIQUE = Resource(path="/shelves", model=Shelf, create=ShelfCreate, read=ShelfRead)
WRITE_ONCE = Resource(
    path="/gadgets", model=Gadget, create=GadgetCreate, read=GadgetRead, write_once=("name",)
)


def test_the_model_and_the_path_name_the_resource() -> None:
    assert (gadgets.noun, gadgets.collection, gadgets.id_parameter) == ("gadget", "gadgets", "gadget_id")
    assert PLAIN.collection == "gadgets"


@pytest.mark.parametrize(
    ("model", "noun"),
    [
        ("HTTPServer", "http server"),
        ("OAuth2Client", "oauth2 client"),
        ("B2BContract", "b2b contract"),
        ("V2Plan", "v2 plan"),
        ("PlanBItem", "plan b item"),
        ("Person2", "person2"),
        ("Order_Item", "order item"),
        ("_Hidden", "hidden"),
        ("API", "api"),
        ("GadgetPart", "gadget part"),
    ],
)
def test_the_words_of_a_class_name_are_those_of_the_resource(model: str, noun: str) -> None:
    table = new_class(model, (OwnedSpecimen,), {"table": True})
    resource = Resource(path="/things", model=table, read=ReadRow, operations=("list", "get"))
    assert (resource.noun, resource.id_parameter) == (noun, f"{noun.replace(' ', '_')}_id")


def test_omitted_members_have_the_defaults_of_the_create_schema() -> None:
    assert gadgets.defaults() == {"note": None, "ready": False}


def test_the_default_sort_is_the_newest_first() -> None:
    assert [str(order) for order in PLAIN.orders] == ["-created_at", "created_at"]


def test_a_list_has_no_filters_by_default() -> None:
    assert PLAIN.parameters == {}


def test_derived_schemas_have_the_names_of_the_openapi_document() -> None:
    schemas = (gadgets.create_schema, gadgets.update_schema, gadgets.response_schema, gadgets.page_schema)
    names = ["GadgetCreate", "GadgetUpdate", "GadgetRead", "GadgetPage"]
    assert [schema.__name__ for schema in schemas] == names
    assert get_args(gadgets.page_schema.model_fields["items"].annotation) == (gadgets.response_schema,)


@pytest.mark.parametrize(
    ("resource", "methods"),
    [
        pytest.param(gadgets, set(), id="nothing unique"),
        pytest.param(WRITE_ONCE, {"put"}, id="a write-once member"),
        # Labels refer to shelves, so deleting one can conflict, too.
        pytest.param(UNIQUE, {"post", "put", "patch", "delete"}, id="a unique member"),
    ],
)
def test_409_is_documented_for_the_operations_that_can_conflict(
    resource: Resource[Any], methods: set[str]
) -> None:
    api = ResourceAPI()
    api.include_router(resource_router(resource, access))
    operations = [each for path in api.openapi()["paths"].values() for each in path.items()]
    assert {method for method, operation in operations if "409" in operation["responses"]} == methods


def test_a_table_of_two_resources_has_the_index_of_their_sort_once() -> None:
    names = [index.name for index in gadgets.table.indexes]
    Resource(path="/v3/gadgets", model=Gadget, create=GadgetCreate, read=GadgetRead)
    assert [index.name for index in gadgets.table.indexes] == names == ["ix_gadget_owner_id_created_at_id"]
