"""Bodies of custom routes in the OpenAPI document, and those that are refused when a route is declared."""

from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import Body, Response
from pydantic import BaseModel

from tests.support.gadgets import Gadget
from tests.support.orders import Part, Sale, add_echo, orders_application, orders_router


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    document = orders_application(fast_path=True).openapi()
    schemas: dict[str, Any] = document["components"]["schemas"]
    return schemas


def test_a_body_is_documented_under_the_name_of_its_model(schemas: dict[str, Any]) -> None:
    assert {"Order", "Part", "Gift", "Sale", "Level", "Open", "Lax", "Ids", "JsonValue"} <= schemas.keys()
    assert not [name for name in schemas if "__" in name or name.endswith(("Input", "Output"))]


def test_a_create_schema_in_the_body_of_a_custom_route_is_the_component_of_the_resource(
    schemas: dict[str, Any],
) -> None:
    assert [name for name in schemas if "Create" in name] == ["GadgetCreate"]
    gadget = schemas["Order"]["properties"]["gadget"]
    assert gadget == {"anyOf": [{"$ref": "#/components/schemas/GadgetCreate"}, {"type": "null"}]}


def test_a_body_is_documented_exactly(schemas: dict[str, Any]) -> None:
    order = schemas["Order"]
    assert (order["additionalProperties"], order["required"]) == (False, ["title"])
    assert order["properties"]["title"] == {
        "type": "string",
        "maxLength": 65536,
        "pattern": "^[^\\u0000]*$",
        "description": "What to order.",
        "examples": ["lamps"],
    }
    assert order["properties"]["count"] == {
        "type": "integer",
        "minimum": -(2**31),
        "maximum": 2**31 - 1,
        "format": "int32",
    }
    assert order["properties"]["dueOn"]["anyOf"][0]["format"] == "date"
    assert not [name for name, member in order["properties"].items() if "default" in member]
    assert schemas["Open"]["additionalProperties"] is True
    assert schemas["Lax"]["additionalProperties"] is False


class Number(Enum):
    """An enum of numbers that are no integers to Python."""

    ONE = 1


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (list[Number], "the members of Number are no integers: use an IntEnum"),
        (Gadget, "Gadget is a table, which is not validated: use its schema"),
        (list[time], "the type time is not supported; use one of"),
        (dict[int, str], "dict[int, str] is not supported; use one of"),
        (set[str], "set[str] is not supported; use one of"),
        (tuple[int, str], "tuple[int, str] is not supported; use one of"),
        (list[Decimal], "a Decimal needs its size: set max_digits and decimal_places"),
    ],
)
def test_a_body_without_an_exact_format_is_rejected_when_the_route_is_declared(
    annotation: Any, message: str
) -> None:
    with pytest.raises(TypeError) as error:
        add_echo(orders_router(), "orders", annotation)
    assert str(error.value).startswith("echo cannot be served: ")
    assert message in str(error.value)


def test_the_member_without_an_exact_format_is_named() -> None:
    class Alarm(BaseModel):
        at: time

    class Alarms(BaseModel):
        alarms: list[Alarm]

    for _ in range(2):
        with pytest.raises(TypeError, match=r"Alarms\.alarms: Alarm\.at: the type time is not supported"):
            add_echo(orders_router(), "alarms", Alarms)


async def embedded(body: Annotated[Part, Body(embed=True)]) -> Response:
    raise NotImplementedError


async def several(part: Part, sale: Sale) -> Response:
    raise NotImplementedError


@pytest.mark.parametrize("endpoint", [embedded, several])
def test_a_body_of_several_parameters_is_rejected_when_the_route_is_declared(endpoint: Any) -> None:
    with pytest.raises(TypeError, match="its body has several parameters: declare one model"):
        orders_router().post("/orders")(endpoint)
