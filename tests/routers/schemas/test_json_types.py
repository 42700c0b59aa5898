"""JSON objects and arrays: which values are valid, and their JSON Schema."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from routers.schemas.field_formats import MAX_ARRAY_LENGTH, MAX_TEXT_LENGTH, TEXT
from routers.schemas.json_types import MAX_DEPTH, JsonArray, JsonObject, object_of

OBJECT: TypeAdapter[Any] = TypeAdapter(JsonObject)
ARRAY: TypeAdapter[Any] = TypeAdapter(JsonArray)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_valid_json_is_not_changed() -> None:
    value = {"a": [None, True, 1, 1.5, "\U0001f600", {"": -(2**63)}]}
    assert OBJECT.validate_python(value) == value
    assert ARRAY.validate_python(nested(MAX_DEPTH)) == nested(MAX_DEPTH)


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        "x",
        {"a\0": 1},
        {"\ud800": 1},
        {"a": "\0"},
        {"a": [{"b": "\udfff"}]},
        {"a": 2**63},
        {"a": -1e300},
    ],
)
def test_json_that_postgresql_cannot_store_is_rejected(value: object) -> None:
    with pytest.raises(ValidationError, match="This must"):
        OBJECT.validate_python(value)


def test_json_that_is_nested_too_deep_is_rejected() -> None:
    with pytest.raises(ValidationError, match=f"be nested at most {MAX_DEPTH} deep"):
        ARRAY.validate_python(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("longest", "message"),
    [
        ("x" * MAX_TEXT_LENGTH, "contain no text of more than 65536 characters"),
        ([0] * MAX_ARRAY_LENGTH, "contain no array of more than 65536 items"),
    ],
    ids=["text", "array"],
)
def test_a_value_that_is_longer_than_documented_is_rejected(longest: Any, message: str) -> None:
    assert ARRAY.validate_python([longest]) == [longest]
    with pytest.raises(ValidationError, match=message):
        ARRAY.validate_python([longest + longest[:1]])


def test_an_object_can_have_more_members_than_an_array_items() -> None:
    value = {str(number): number for number in range(MAX_ARRAY_LENGTH + 1)}
    assert OBJECT.validate_python(value) == value


def test_the_json_schema_describes_the_names_and_values_of_members() -> None:
    schema = OBJECT.json_schema()
    assert schema["propertyNames"] == {"pattern": TEXT, "maxLength": MAX_TEXT_LENGTH}
    assert schema["additionalProperties"] == {"$ref": "#/$defs/JsonValue"}
    types = [each.get("type") for each in schema["$defs"]["JsonValue"]["anyOf"]]
    assert types == ["boolean", "number", "string", "array", "object", "null"]
    assert TypeAdapter(object_of(bool)).json_schema()["additionalProperties"] == {"type": "boolean"}
