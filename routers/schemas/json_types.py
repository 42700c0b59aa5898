"""JSON objects and arrays, as PostgreSQL's `jsonb` stores them."""

from types import GenericAlias
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, WrapValidator
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from routers.schemas.field_formats import MAX_ARRAY_LENGTH, MAX_TEXT_LENGTH, TEXT, is_text, not_canonical

NUMBER_BOUND = 2**63
"""PostgreSQL writes numbers without exponents: 1e308 would come back with 309 digits."""

MAX_DEPTH = 100
"""Maximum nesting of values."""


def _describe_names(schema: dict[str, Any]) -> None:
    """Describe the pattern of an object's member names in a way that client generators understand."""
    schema["propertyNames"] = {"pattern": TEXT, "maxLength": MAX_TEXT_LENGTH}
    schema["additionalProperties"] = schema.pop("patternProperties")[TEXT]


_Text = Annotated[str, Field(pattern=TEXT, max_length=MAX_TEXT_LENGTH)]
_Number = Annotated[float, Field(ge=-NUMBER_BOUND, lt=NUMBER_BOUND)]
_DESCRIPTION = "Any JSON value, nested or not."
# Used for its JSON Schema only: `_check_storable` validates the same with better messages.
JsonValue = TypeAliasType(
    "JsonValue",
    "Annotated[bool | _Number | _Text | _Array | _Object | None, Field(description=_DESCRIPTION)]",
)
_Array = Annotated[list[JsonValue], Field(max_length=MAX_ARRAY_LENGTH)]
_Object = Annotated[dict[_Text, JsonValue], Field(json_schema_extra=_describe_names)]


def object_of(value_type: Any) -> Any:
    """Return the type of a JSON object whose values all have one type."""
    members: Any = GenericAlias(dict, (_Text, value_type))
    return Annotated[members, Field(json_schema_extra=_describe_names)]


def _storable(python_type: type, expected: str) -> WrapValidator:
    def validate(value: object, _handler: object) -> object:
        if type(value) is not python_type:
            raise not_canonical(expected)
        _check_storable(value)
        return value

    return WrapValidator(validate)


def _check_storable(value: Any, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise _not_storable(f"be nested at most {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for member in (*value, *value.values()):
            _check_storable(member, depth + 1)
    elif isinstance(value, list):
        if len(value) > MAX_ARRAY_LENGTH:
            raise _not_storable(f"contain no array of more than {MAX_ARRAY_LENGTH} items")
        for member in value:
            _check_storable(member, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif not isinstance(value, bool | None) and not -NUMBER_BOUND <= value < NUMBER_BOUND:
        raise _not_storable("contain no number beyond 64 bits")


def _check_text(value: str) -> None:
    if len(value) > MAX_TEXT_LENGTH:
        raise _not_storable(f"contain no text of more than {MAX_TEXT_LENGTH} characters")
    if not is_text(value):
        raise _not_storable("contain no NUL and no lone surrogates")


def _not_storable(expected: str) -> PydanticCustomError:
    return PydanticCustomError("not_canonical", "This must {expected}", {"expected": expected})


def _check_any(value: object, _handler: object) -> object:
    _check_storable(value)
    return value


# Pydantic's own serializer finds no integer among the JSON values, and warns.
_AS_IT_IS = PlainSerializer(lambda value: value, return_type=Any)

JsonAny: Any = Annotated[JsonValue, WrapValidator(_check_any), _AS_IT_IS]
JsonObject: Any = Annotated[object_of(JsonValue), _storable(dict, "a JSON object"), _AS_IT_IS]
JsonArray: Any = Annotated[list[JsonValue], _storable(list, "a JSON array"), _AS_IT_IS]
