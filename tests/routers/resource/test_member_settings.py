"""A setting of a member that is not served exactly is rejected, with a message that says how to fix it."""

import re
from types import new_class
from typing import Annotated, Any

import pytest
from annotated_types import Predicate
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    WrapValidator,
)
from pydantic import Field as PydanticField
from sqlmodel import Field, SQLModel

from tests.routers.resource.rejection import SPECIMEN, rejection
from tests.support.gadgets import GadgetCreate, GadgetRead
from tests.support.specimens import SpecimenCreate

SCHEMAS: dict[str, type[SQLModel]] = {"create": GadgetCreate, "read": GadgetRead}


def annotated(schema: type[SQLModel], annotation: Any, name: str = "name") -> Any:
    """Return a subclass of a schema whose member of this name has this annotation."""
    members = {"__annotations__": {name: annotation}, "__module__": __name__}
    return new_class(schema.__name__, (schema,), exec_body=lambda body: body.update(members))


def factory(_values: dict[str, Any]) -> str:
    raise NotImplementedError


NAME, BOUND = "give the member that name", "use a bound, a pattern or a CHECK"
PATTERN = "use a pattern that excludes other values"
EXTRA = "use an argument of Field, or a dict of annotations such as x-unit"


@pytest.mark.parametrize(
    ("annotation", "setting", "advice"),
    [
        (Annotated[str, PydanticField(alias="title")], "alias", NAME),
        (Annotated[str, PydanticField(validation_alias="title")], "validation_alias", NAME),
        (Annotated[str, PydanticField(serialization_alias="title")], "serialization_alias", NAME),
        (Annotated[str, PydanticField(exclude=True)], "exclude", "leave the member out of read"),
        (Annotated[str, PydanticField(exclude_if=bool)], "exclude_if", "leave the member out of read"),
        (Annotated[str, PydanticField(frozen=True)], "frozen", "list the member in write_once"),
        (
            Annotated[str, PydanticField(validate_default=True)],
            "validate_default",
            "defaults are validated at import, so drop it",
        ),
        (Annotated[str, PydanticField(init=False)], "init", "drop it"),
        (Annotated[str, PydanticField(init_var=False)], "init_var", "drop it"),
        (Annotated[str, PydanticField(kw_only=True)], "kw_only", "drop it"),
        (
            Annotated[str, PydanticField(default_factory=factory)],
            "default_factory",
            "use a factory without arguments",
        ),
        (
            Annotated[str, PydanticField(json_schema_extra={"minLength": 2})],
            "minLength in json_schema_extra",
            EXTRA,
        ),
        (Annotated[str, PydanticField(json_schema_extra=dict.clear)], "json_schema_extra", EXTRA),
        (Annotated[str, PydanticField(pattern=re.compile("a"))], "pattern", "write the pattern as a string"),
        (
            Annotated[str, PydanticField(strict=False)],
            "strict",
            "requests are always strict, so drop it",
        ),
        (Annotated[str, PydanticField(coerce_numbers_to_str=True)], "coerce_numbers_to_str", "drop it"),
        (Annotated[str, StringConstraints(strip_whitespace=True)], "strip_whitespace", PATTERN),
        (Annotated[str, StringConstraints(to_lower=True)], "to_lower", PATTERN),
        (Annotated[str, StringConstraints(to_upper=True)], "to_upper", PATTERN),
        (Annotated[str, StringConstraints(ascii_only=True)], "ascii_only", "drop it"),
        (Annotated[str, BeforeValidator(str.strip)], "BeforeValidator", BOUND),
        (Annotated[str, AfterValidator(str.strip)], "AfterValidator", BOUND),
        (Annotated[str, PlainValidator(str)], "PlainValidator", BOUND),
        (Annotated[str, WrapValidator(lambda value, handler: handler(value))], "WrapValidator", BOUND),
        (Annotated[str, Predicate(str.isalpha)], "Predicate", "drop it"),
        (Annotated[str, WithJsonSchema({"type": "integer"})], "WithJsonSchema", "drop it"),
        (Annotated[str, "a comment"], "str", "drop it"),
        (Annotated[str, Field(regex="^a$")], "regex", "write schema_extra={'pattern': ...}"),
        (Annotated[str, Field(const=True)], "const", "drop it"),
        (Annotated[str, Field(allow_mutation=False)], "allow_mutation", "drop it"),
        (Annotated[str, Field(schema_extra={"minLength": 2})], "minLength", "drop it"),
    ],
)
def test_a_setting_of_a_member_that_would_change_a_format_is_rejected(
    annotation: Any, setting: str, advice: str
) -> None:
    for role, base in SCHEMAS.items():
        schema = annotated(base, annotation)
        message = f"{role} sets {setting} for name, which is not supported: {advice}."
        assert rejection(**{role: schema}) == message


@pytest.mark.parametrize(
    ("name", "annotation", "setting"),
    [
        ("remarks", Annotated[list[str], PydanticField(fail_fast=True, max_length=10)], "fail_fast"),
        ("weight", Annotated[float, PydanticField(allow_inf_nan=True)], "allow_inf_nan"),
    ],
)
def test_a_setting_of_a_list_or_a_number_is_rejected(name: str, annotation: Any, setting: str) -> None:
    create = annotated(SpecimenCreate, annotation, name)
    message = f"create sets {setting} for {name}, which is not supported: drop it."
    assert rejection(**{**SPECIMEN, "create": create}) == message
