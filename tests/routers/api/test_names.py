"""The names of operations, schemas and tags, which are unique in the OpenAPI document."""

from dataclasses import make_dataclass
from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, create_model
from typing_extensions import TypedDict

from routers import Equals, Resource, ResourceAPI, ResourceRouter, ScopedRouter, resource_router
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead, access, gadgets

ARCHIVED: dict[str, Any] = {
    "path": "/archive/gadgets",
    "model": Gadget,
    "create": GadgetCreate,
    "read": GadgetRead,
    "filters": (Equals("ready"),),
    "write_once": ("note",),
}


def archived(**names: Any) -> ResourceRouter[GadgetRead]:
    return resource_router(Resource(**ARCHIVED, **names), access)


def document_of(*routers: APIRouter) -> dict[str, Any]:
    """Return the document of an application with gadgets and other routers."""
    api = ResourceAPI(title="Gadgets")
    for router in (resource_router(gadgets, access), *routers):
        api.include_router(router)
    return api.openapi()


def rejection(*routers: APIRouter) -> str:
    with pytest.raises(TypeError) as error:
        document_of(*routers)
    return str(error.value)


async def no_messages(*_: Any) -> Any:
    raise NotImplementedError


def operations(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for template, methods in document["paths"].items()
        for operation in methods.values()
        if template.startswith(path)
    }


def scoped_router(*endpoints: Any, name: str = "more", **options: Any) -> ScopedRouter:
    router = ScopedRouter(access, name=name, description="More operations.")
    for endpoint in endpoints:
        router.add_api_route(f"/more/{endpoint.__name__}", endpoint, **options)
    return router


def test_two_resources_of_one_table_are_rejected_unless_one_chooses_its_names() -> None:
    assert rejection(archived()).startswith(
        "GET /gadgets and GET /archive/gadgets have one operation id in clients, listGadgets: "
        "set `singular`, `plural` or `operation_prefix` of a resource, or `operation_id` of a custom route."
    )
    assert rejection(archived(plural="archived gadgets")).startswith(
        "POST /gadgets and POST /archive/gadgets have one operation id in clients, createGadget"
    )


async def test_an_application_does_not_start_with_names_that_collide() -> None:
    api = ResourceAPI()
    api.include_router(resource_router(gadgets, access))
    api.webhooks.add_api_route("created", list_gadgets, methods=["POST"], operation_id="createGadget")
    with pytest.raises(TypeError, match="POST created have one operation id in clients, createGadget"):
        await api({"type": "lifespan"}, no_messages, no_messages)


def test_the_singular_and_the_plural_of_a_resource_name_its_operations_and_schemas() -> None:
    document = document_of(archived(singular="old gadget", plural="old gadgets"))
    own = operations(document, "/archive")
    assert list(own) == [
        *("listOldGadgets", "createOldGadget"),
        *("getOldGadget", "putOldGadget", "updateOldGadget", "deleteOldGadget"),
    ]
    assert own["listOldGadgets"]["summary"] == "List old gadgets"
    assert own["createOldGadget"]["summary"] == "Create an old gadget"
    assert own["putOldGadget"]["responses"]["201"]["description"] == "The old gadget that was created."
    assert own["getOldGadget"]["tags"] == ["old gadgets"]
    assert "/archive/gadgets/{old_gadget_id}" in document["paths"]
    assert document["tags"][1]["description"] == "Old gadgets, each visible to its owner only."
    assert list(own["createOldGadget"]["responses"]["201"]["links"]) == list(own)[2:]
    assert document["components"]["schemas"].keys() == {
        *("GadgetCreate", "GadgetRead", "GadgetPage", "GadgetUpdate", "OldGadgetPage", "OldGadgetUpdate"),
        *("Problem", "Violation"),
    }


def test_the_prefix_of_a_resource_is_that_of_its_operation_ids_and_schemas() -> None:
    document = document_of(archived(operation_prefix="archive"))
    own = operations(document, "/archive")
    assert list(own) == [
        *("archiveListGadgets", "archiveCreateGadget"),
        *("archiveGetGadget", "archivePutGadget", "archiveUpdateGadget", "archiveDeleteGadget"),
    ]
    assert own["archiveListGadgets"]["summary"] == "List gadgets"
    assert "/archive/gadgets/{gadget_id}" in document["paths"]
    assert {"ArchiveGadgetPage", "ArchiveGadgetUpdate"} < document["components"]["schemas"].keys()
    assert [each["name"] for each in document["tags"]] == ["gadgets"]


async def list_gadgets() -> Response:
    raise NotImplementedError


async def listgadgets() -> Response:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("endpoint", "names"), [(list_gadgets, "listGadgets"), (listgadgets, "listGadgets and listgadgets")]
)
def test_a_custom_route_with_the_name_of_a_generated_one_is_rejected(endpoint: Any, names: str) -> None:
    message = f"GET /gadgets and GET /more/{endpoint.__name__} have one operation id in clients, {names}: set"
    assert rejection(scoped_router(endpoint)).startswith(message)
    document_of(scoped_router(endpoint, operation_id="listMore"))


def test_routes_of_plain_routers_have_operation_ids_of_their_own_too() -> None:
    router = APIRouter()
    router.add_api_route("/gadgets/all", list_gadgets, operation_id="ListGadgets")
    assert "GET /gadgets/all have one operation id in clients, listGadgets and ListGadgets" in rejection(
        router
    )
    hidden = APIRouter(include_in_schema=False)
    hidden.include_router(router)
    document_of(hidden)


def test_a_route_of_two_methods_is_rejected() -> None:
    message = "GET /more/listgadgets and POST /more/listgadgets have one operation id in clients, more: set"
    router = scoped_router(listgadgets, methods=["GET", "POST"], operation_id="more")
    assert rejection(router).startswith(message)


def test_routers_with_one_tag_and_different_descriptions_are_rejected() -> None:
    assert rejection(scoped_router(name="Gadgets")) == (
        "two routers have the tags gadgets and Gadgets, with different descriptions: "
        "set `plural` of a resource, or the `name` of a ScopedRouter."
    )


def returning(schema: Any, name: str) -> ScopedRouter:
    """Return a router with an operation that returns a schema."""

    async def operation() -> Any:
        raise NotImplementedError

    operation.__name__ = name
    return scoped_router(operation, response_model=schema)


class Lamp(BaseModel):
    """A lamp."""

    height: int


def other_types(name: str) -> list[Any]:
    """Return different types, each with this name."""
    str_enum: Any = StrEnum
    enum: Any = str_enum(name, ["A"])

    class Record(TypedDict):
        width: int

    record: Any = Record
    record.__name__ = name
    return [
        create_model(name, width=(int, ...)),
        create_model("Shelf", lamp=(create_model(name, depth=(int, ...)), ...)),
        list[enum],
        make_dataclass(name, [("width", int)]),
        record,
    ]


@pytest.mark.parametrize("other", other_types("Lamp"), ids=["model", "member", "enum", "dataclass", "dict"])
def test_two_different_schemas_of_one_name_are_rejected(other: Any) -> None:
    assert rejection(returning(Lamp, "first"), returning(other, "second")) == (
        "GET /more/first and GET /more/second have different schemas of one name in clients, Lamp: rename "
        "one or, if a resource derives it, set `singular` or `operation_prefix` of the resource."
    )


@pytest.mark.parametrize("other", other_types("LAMP"), ids=["model", "member", "enum", "dataclass", "dict"])
def test_schemas_whose_names_differ_in_case_only_are_rejected(other: Any) -> None:
    message = "have different schemas of one name in clients, Lamp and LAMP: rename one"
    assert message in rejection(returning(Lamp, "first"), returning(other, "second"))


class FirstKind(StrEnum):
    A = "a"


class SecondKind(StrEnum):
    B = "b"


FirstKind.__name__ = SecondKind.__name__ = "Kind"


class KindQuery(BaseModel):
    kind: SecondKind


def kind_of(kind: SecondKind) -> SecondKind:
    raise NotImplementedError


async def first(kind: FirstKind) -> Response:
    raise NotImplementedError


async def in_the_query(query: Annotated[KindQuery, Query()]) -> Response:
    raise NotImplementedError


async def in_a_dependency(kind: Annotated[SecondKind, Depends(kind_of)]) -> Response:
    raise NotImplementedError


@pytest.mark.parametrize("second", [in_the_query, in_a_dependency])
def test_a_choice_of_a_parameter_with_the_name_of_another_one_is_rejected(second: Any) -> None:
    message = f"GET /more/first and GET /more/{second.__name__} have different schemas of one name in clients"
    assert rejection(scoped_router(first), scoped_router(second)).startswith(f"{message}, Kind: rename one")


def test_the_page_of_a_second_resource_of_one_table_needs_a_name_of_its_own() -> None:
    router = resource_router(Resource(**ARCHIVED, operations=("list",), plural="old gadgets"), access)
    message = "GET /gadgets and GET /archive/gadgets have different schemas of one name in clients"
    assert rejection(router).startswith(f"{message}, GadgetPage: rename one")


def test_equal_schemas_of_one_name_are_one_component() -> None:
    equal = create_model("Lamp", __doc__=Lamp.__doc__, height=(int, ...))
    document = document_of(returning(Lamp, "first"), returning(equal, "second"))
    assert [name for name in document["components"]["schemas"] if "Lamp" in name] == ["Lamp"]
