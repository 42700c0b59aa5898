"""The values in requests of the isolation test match their schemas."""

import random
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from tests.support.gadgets import gadget_router
from tests.support.isolation.ids import IDS
from tests.support.isolation.values import Values
from tests.support.specimens import specimen_routers

UUID = {"type": "string", "format": "uuid"}
SCHEMAS: dict[str, Any] = {
    "text": {"type": "string", "minLength": 12, "maxLength": 14},
    "short text": {"type": "string", "maxLength": 1},
    "pattern": {"type": "string", "pattern": "^[A-Z]{2,3}-[0-9]{4}$"},
    "pattern without an end": {"type": "string", "pattern": "^x"},
    "decimal": {"type": "string", "pattern": r"^-?(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{1,2})?$"},
    "email": {"type": "string", "format": "email"},
    "integer": {"type": "integer", "minimum": 10, "maximum": 11},
    "negative integer": {"type": "integer", "exclusiveMaximum": 0},
    "multiple": {"type": "integer", "multipleOf": 25, "minimum": 30},
    "number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
    "enum": {"enum": ["a", None, 3]},
    "const": {"const": "a"},
    "types": {"type": ["string", "null"]},
    "alternatives": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    "array": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    "tuple": {"type": "array", "prefixItems": [{"type": "boolean"}, {"const": 1}], "minItems": 2},
    "mapping": {"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 1},
    "nested": {
        "type": "object",
        "required": ["moves"],
        "additionalProperties": False,
        "properties": {
            "moves": {"type": "array", "items": {"$ref": "#/$defs/Move"}},
            "note": {"type": "string"},
        },
    },
    "recursive": {"$ref": "#/$defs/Tree"},
    "anything": {},
}
DEFINITIONS: dict[str, Any] = {
    "Move": {"type": "object", "required": ["target"], "properties": {"target": UUID, "by": UUID}},
    "Tree": {
        "type": "object",
        "required": ["children"],
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
    },
}
BODIES = {
    f"{schema.__name__}": schema.model_json_schema()
    for router in (gadget_router(), *specimen_routers())
    for schema in (router.resource.create_schema, router.resource.update_schema)
}


def values(schema: dict[str, Any], seed: int, *, only_examples: bool = False) -> Any:
    """Return the value of a schema for a seed."""
    definitions = schema.get("$defs", DEFINITIONS)
    rng = random.Random(seed)  # noqa: S311 # values must be repeatable
    return Values(definitions, rng, lambda _: IDS, only_examples).value(schema)


@pytest.mark.parametrize("schema", [*SCHEMAS.values(), *BODIES.values()], ids=[*SCHEMAS, *BODIES])
def test_values_match_their_schema(schema: dict[str, Any]) -> None:
    validator = OAS31Validator({"$defs": DEFINITIONS, **schema})
    for seed in range(50):
        validator.validate(values(schema, seed, only_examples=seed % 2 == 0))


def test_a_uuid_is_the_id_of_a_row_at_any_depth_and_in_examples() -> None:
    move = {"target": "01a1fdac-1bcd-7733-adf7-12840d0ad87a"}
    schema = {"type": "object", "examples": [{"moves": [move, move]}]}
    assert {
        each["target"] for seed in range(20) for each in values(schema, seed, only_examples=True)["moves"]
    } == {*IDS}
    nested = [values(SCHEMAS["nested"], seed)["moves"] for seed in range(20)]
    assert {each["target"] for moves in nested for each in moves} == {*IDS}


def test_a_name_is_passed_to_the_choice_of_ids_in_the_singular() -> None:
    schema = {
        "type": "object",
        "required": ["task_ids"],
        "properties": {"task_ids": {"type": "array", "items": UUID}},
    }
    names = []

    def ids(name: str) -> list[str]:
        names.append(name)
        return IDS

    Values({}, random.Random(3), ids, only_examples=False).value(schema)  # noqa: S311 # values must be repeatable
    assert set(names) == {"task_id"}


def test_a_schema_without_a_simple_value_is_reported_with_its_member() -> None:
    impossible = {"type": "string", "pattern": "^[a-z]{3}$", "minLength": 4}
    schema = {"type": "object", "required": ["code"], "properties": {"code": impossible}}
    with pytest.raises(LookupError, match=r"^Add examples to code: no simple value matches \{"):
        values(schema, 0)
