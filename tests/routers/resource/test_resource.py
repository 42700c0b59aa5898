"""What follows from a declaration."""

from typing import get_args

from routers import Resource
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead, gadgets
from tests.support.specimens import Shelf, ShelfCreate, ShelfRead


def test_names_follow_from_the_declaration() -> None:
    assert (gadgets.noun, gadgets.collection, gadgets.id_parameter) == ("gadget", "gadgets", "gadget_id")


def test_defaults_are_those_of_the_create_shape() -> None:
    assert gadgets.defaults() == {"note": None, "ready": False}


def test_the_default_order_is_the_newest_first() -> None:
    plain = Resource(path="/v2/gadgets", model=Gadget, create=GadgetCreate, read=GadgetRead)
    assert [str(order) for order in plain.orders] == ["-created_at", "created_at"]
    assert plain.collection == "gadgets"
    assert plain.parameters == {}


def test_models_are_named_for_the_document() -> None:
    models = (gadgets.create_schema, gadgets.update_schema, gadgets.response_schema, gadgets.page_schema)
    assert [model.__name__ for model in models] == [
        *("GadgetCreate", "GadgetUpdate", "GadgetRead", "GadgetPage")
    ]
    assert get_args(gadgets.page_schema.model_fields["items"].annotation) == (gadgets.response_schema,)


def test_what_must_be_unique_conflicts_wherever_it_is_written() -> None:
    whole = Resource(path="/shelves", model=Shelf, create=ShelfCreate, read=ShelfRead)
    assert whole.conflicts == {"POST", "PUT", "PATCH"}
    assert not gadgets.conflicts


def test_a_table_behind_two_resources_has_its_index_once() -> None:
    names = [index.name for index in gadgets.table.indexes]
    Resource(path="/v3/gadgets", model=Gadget, create=GadgetCreate, read=GadgetRead)
    assert [index.name for index in gadgets.table.indexes] == names == ["ix_gadget_owner_id_created_at_id"]
