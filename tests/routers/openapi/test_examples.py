"""Examples of bodies, composed of the examples of their members."""

from typing import Any

import pytest

from routers.openapi.examples import UNKNOWN, add_examples, example_of

SCHEMAS: dict[str, Any] = {
    "Leaf": {"type": "string", "const": "leaf"},
    "Tree": {"type": "object", "properties": {"trees": {"type": "array", "items": {"$ref": "#/Tree"}}}},
    "Loop": {"type": "object", "properties": {"loop": {"$ref": "#/Loop"}}, "required": ["loop"]},
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "examples": ["x"]}, "x"),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"$ref": "#/Leaf"}, "leaf"),
        ({"$ref": "#/Tree"}, {"trees": []}),
        ({"$ref": "#/Loop"}, UNKNOWN),
        ({"anyOf": [{"type": "string", "pattern": "^a$"}, {"type": "null"}]}, None),
        ({"anyOf": [{"type": "string", "pattern": "^a$"}]}, UNKNOWN),
        ({"type": "boolean"}, False),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "minLength": 5}, UNKNOWN),
        ({"type": "string", "format": "uuid"}, UNKNOWN),
        ({"type": "integer", "minimum": -5, "maximum": 5}, 0),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "integer", "minimum": 3, "multipleOf": 5}, UNKNOWN),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "number", "minimum": 2, "maximum": 3}, 2),
        ({"type": "array", "items": {"type": "boolean"}}, [False]),
        ({"type": "array", "items": {"type": "boolean"}, "maxItems": 0}, []),
        ({"type": "array", "items": {}}, []),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_an_example_is_a_valid_value_of_its_schema_or_unknown(schema: dict[str, Any], example: Any) -> None:
    assert example_of(schema, SCHEMAS) == example


def test_only_bodies_with_a_known_example_and_none_of_their_own_get_one() -> None:
    documented: dict[str, Any] = {"schema": {}, "example": 1}
    content: dict[str, Any] = {
        "a": {"schema": {"type": "null"}},
        "b": {"schema": {}},
        "c": documented,
        "d": {},
    }
    document: dict[str, Any] = {
        "components": {"schemas": {}},
        "paths": {"/": {"get": {"responses": {"200": {"content": content}, "204": {}}}}},
    }
    add_examples(document)
    assert content == {
        "a": {"schema": {"type": "null"}, "example": None},
        "b": {"schema": {}},
        "c": {"schema": {}, "example": 1},
        "d": {},
    }
