"""What is wrong, in sentences that never repeat what was sent."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from routers.api.validation_errors import violations
from tests.support.gadgets import gadgets


def explain(model: type[BaseModel], members: Any, place: str = "body") -> list[dict[str, str]]:
    with pytest.raises(ValidationError) as invalid:
        model.model_validate(members)
    errors = [{**error, "loc": (place, *error["loc"])} for error in invalid.value.errors()]
    return [violation.model_dump() for violation in violations(errors)]


@pytest.mark.parametrize(
    ("members", "pointer", "detail"),
    [
        ({}, "/name", "This is required."),
        ({"name": 1}, "/name", "This must be a string."),
        ({"name": "x" * 21}, "/name", "String should have at most 20 characters."),
        ({"name": "\n"}, "/name", "This does not match the documented pattern."),
        ({"name": "\ud800"}, "/name", "This must be text without lone surrogates."),
        ({"name": "x", "note": "x"}, "/note", "String should have at least 2 characters."),
        ({"name": "x", "ready": "secret"}, "/ready", "This must be true or false."),
        ({"name": "x", "secret": 1}, "", "This has an unknown member."),
        ([], "", "This must be a JSON object."),
    ],
)
def test_a_body_is_pointed_into(members: Any, pointer: str, detail: str) -> None:
    assert explain(gadgets.create_schema, members) == [{"pointer": pointer, "detail": detail}]


@pytest.mark.parametrize(
    ("members", "parameter", "detail"),
    [
        ({"limit": "x"}, "limit", "This must be an integer without leading zeros."),
        ({"limit": "101"}, "limit", "Input should be less than or equal to 100."),
        ({"ready": "secret"}, "ready", "This must be true or false."),
        (
            {"sort": "secret"},
            "sort",
            "Input should be '-created_at', 'created_at', '-updated_at', 'updated_at', 'name' or '-name'.",
        ),
    ],
)
def test_a_parameter_is_named(members: Any, parameter: str, detail: str) -> None:
    assert explain(gadgets.query_schema, members, "query") == [{"parameter": parameter, "detail": detail}]


def test_only_the_first_hundred_are_told() -> None:
    errors = [{"loc": ("query", "x"), "type": "missing"}] * 1000
    assert len(violations(errors)) == 100


def test_a_sentence_is_cut_where_it_gets_longer_than_documented() -> None:
    (violation,) = violations([{"loc": ("query", "x"), "type": "enum", "msg": "x" * 5000}])
    assert len(violation.detail) == 1000


def test_a_pointer_is_escaped() -> None:
    (violation,) = violations([{"loc": ("body", "a/b~c", 0), "type": "missing"}])
    assert violation.pointer == "/a~1b~0c/0"


def test_a_place_without_a_name_is_named_itself() -> None:
    (violation,) = violations([{"loc": ("query",), "type": "whatever"}])
    assert (violation.parameter, violation.detail) == (
        "query",
        "This does not match the documented schema.",
    )


def test_a_pointer_ends_where_the_callers_own_names_begin() -> None:
    errors = [{"loc": ("body", "counts", place, "secret"), "type": "int_type"} for place in ("secret", 3)]
    assert [violation.pointer for violation in violations(errors)] == ["/counts", "/counts/3"]
