"""A schema that customizes what is derived from it is rejected, with a message that says how to fix it."""

from typing import Annotated, Any

import pytest
from pydantic import (
    PlainSerializer,
    PrivateAttr,
    computed_field,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)
from sqlalchemy.orm import validates
from sqlmodel import Field
from typing_extensions import deprecated

from tests.routers.resource.rejection import rejection
from tests.support.gadgets import GadgetCreate, GadgetRead
from tests.support.tables import OwnedSpecimen

BOUND = "use a bound, a pattern or a CHECK"
EXTRA = "use an argument of Field, or a dict of annotations such as x-unit"
METHOD = "use a computed_field or a field_serializer"


class FieldValidatorCreate(GadgetCreate):
    @field_validator("name")
    @classmethod
    def check(cls, name: str) -> str:
        raise NotImplementedError


class ModelValidatorRead(GadgetRead):
    @model_validator(mode="after")
    def check(self) -> "ModelValidatorRead":
        raise NotImplementedError


class ModelSerializerRead(GadgetRead):
    @model_serializer
    def only_name(self) -> dict[str, Any]:
        raise NotImplementedError


class UntypedSerializerRead(GadgetRead):
    @field_serializer("name")
    def upper(self, name: str):  # type: ignore[no-untyped-def] # noqa: ANN201
        raise NotImplementedError


class AnySerializerRead(GadgetRead):
    name: Annotated[str, PlainSerializer(str.upper, return_type=Any)]


class RenamedComputedRead(GadgetRead):
    @computed_field(alias="size")  # type: ignore[prop-decorator]
    @property
    def length(self) -> int:
        raise NotImplementedError


class UndocumentedComputedRead(GadgetRead):
    @computed_field(json_schema_extra={"maximum": 1})  # type: ignore[prop-decorator]
    @property
    def length(self) -> int:
        raise NotImplementedError


class ComputedCreate(GadgetCreate):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def length(self) -> int:
        raise NotImplementedError


class SerializedCreate(GadgetCreate):
    note: Annotated[str | None, PlainSerializer(str, return_type=str)] = None


class PrivateCreate(GadgetCreate):
    _secret: int = PrivateAttr(default=1)


class PostInitRead(GadgetRead):
    def model_post_init(self, _context: Any) -> None:
        raise NotImplementedError


class DumpRead(GadgetRead):
    def model_dump_json(self, **_options: Any) -> str:
        raise NotImplementedError


class InitCreate(GadgetCreate):
    def __init__(self, **members: Any) -> None:
        raise NotImplementedError


class SchemaRead(GadgetRead):
    @classmethod
    def __get_pydantic_json_schema__(cls, *_arguments: Any) -> dict[str, Any]:
        raise NotImplementedError


@deprecated("Use another one.")
class DeprecatedCreate(GadgetCreate):
    pass


class ValidatorRow(GadgetCreate, OwnedSpecimen, table=True):
    @field_validator("name")
    @classmethod
    def check(cls, name: str) -> str:
        raise NotImplementedError


class OrmValidatorRow(GadgetCreate, OwnedSpecimen, table=True):
    @validates("name")
    def check(self, _key: str, name: str) -> str:
        raise NotImplementedError


class ExcludingRow(GadgetCreate, OwnedSpecimen, table=True):
    note: str | None = Field(default=None, max_length=40, exclude=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"create": FieldValidatorCreate},
            "create has field validators, which are not supported: use a bound, a pattern or a CHECK.",
        ),
        (
            {"read": ModelValidatorRead},
            "read has model validators, which are not supported: use a bound, a pattern or a CHECK.",
        ),
        (
            {"model": ValidatorRow},
            "the table has field validators, which are not supported: use a bound, a pattern or a CHECK.",
        ),
        (
            {"model": OrmValidatorRow},
            f"the table has ORM validators of name, which are not supported: {BOUND}.",
        ),
        (
            {"model": ExcludingRow},
            "the table sets exclude for note, which is not supported: leave the member out of read.",
        ),
        (
            {"read": ModelSerializerRead},
            "read has model serializers, which are not supported: use a field_serializer with a return type.",
        ),
        (
            {"read": UntypedSerializerRead},
            "read has the serializer upper, which does not say what it returns: give it a return type.",
        ),
        (
            {"read": AnySerializerRead},
            "read has the serializer upper, which does not say what it returns: give it a return type.",
        ),
        (
            {"read": RenamedComputedRead},
            "read sets alias for length, which is not supported: give the member that name.",
        ),
        (
            {"read": UndocumentedComputedRead},
            f"read sets maximum in json_schema_extra for length, which is not supported: {EXTRA}.",
        ),
        (
            {"create": ComputedCreate},
            "create has a serializer or computed field length, which read lacks: declare it in read.",
        ),
        (
            {"create": SerializedCreate},
            "create has a serializer or computed field note, which read lacks: declare it in read.",
        ),
        (
            {"create": PrivateCreate},
            "create has private attributes, which are not supported: use a property or a computed_field.",
        ),
        *(
            (
                {role: schema},
                f"{role} overrides {name}, which is not supported: {METHOD}.",
            )
            for role, schema, name in (
                ("read", PostInitRead, "model_post_init"),
                ("read", DumpRead, "model_dump_json"),
                ("read", SchemaRead, "__get_pydantic_json_schema__"),
                ("create", InitCreate, "__init__"),
            )
        ),
        (
            {"create": DeprecatedCreate},
            "create is a deprecated class, which is not supported: deprecate its members.",
        ),
    ],
)
def test_a_schema_that_customizes_what_is_derived_from_it_is_rejected(
    changes: dict[str, Any], message: str
) -> None:
    assert rejection(**changes) == message
