"""Any JSON value that PostgreSQL's `jsonb` holds, for columns of `dict` and `list`."""

from types import GenericAlias
from typing import Annotated, Any

from pydantic import Field, WrapValidator
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from routers.schemas.field_formats import LONGEST_TEXT, MOST_MEMBERS, TEXT

_LIMIT = 2**63
"""The bound of numbers: PostgreSQL writes them out, and 1e308 would come back with 309 digits."""

DEEPEST = 100
"""How deep values may be nested."""


def _open(schema: dict[str, Any]) -> None:
    """Say of an object with names of a pattern what generators of clients understand."""
    schema["propertyNames"] = {"pattern": TEXT, "maxLength": LONGEST_TEXT}
    schema["additionalProperties"] = schema.pop("patternProperties")[TEXT]


_Text = Annotated[str, Field(pattern=TEXT, max_length=LONGEST_TEXT)]
_Number = Annotated[float, Field(ge=-_LIMIT, lt=_LIMIT)]
_MEANING = "Any JSON value, nested or not."
# Read for its JSON Schema alone: what it says is checked by `_refuse_unstorable`, which says it better.
JsonValue = TypeAliasType(
    "JsonValue",
    "Annotated[bool | _Number | _Text | _Array | _Members | None, Field(description=_MEANING)]",
)
_Array = Annotated[list[JsonValue], Field(max_length=MOST_MEMBERS)]
_Members = Annotated[dict[_Text, JsonValue], Field(json_schema_extra=_open)]


def object_of(member: Any) -> Any:
    """The type of a JSON object whose members are all of one type."""
    members: Any = GenericAlias(dict, (_Text, member))
    return Annotated[members, Field(json_schema_extra=_open)]


def _storable(kind: type, expected: str) -> WrapValidator:
    def check(value: object, _handler: object) -> object:
        if type(value) is not kind:
            raise _unstorable(expected)
        _refuse_unstorable(value)
        return value

    return WrapValidator(check)


def _refuse_unstorable(value: Any, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise _unstorable(f"be nested at most {DEEPEST} deep")
    if isinstance(value, dict):
        for member in (*value, *value.values()):
            _refuse_unstorable(member, depth + 1)
    elif isinstance(value, list):
        if len(value) > MOST_MEMBERS:
            raise _unstorable(f"hold no array of more than {MOST_MEMBERS} members")
        for member in value:
            _refuse_unstorable(member, depth + 1)
    elif isinstance(value, str):
        _refuse_text(value)
    elif not isinstance(value, bool | None) and not -_LIMIT <= value < _LIMIT:
        raise _unstorable("hold no number beyond 64 bits")


def _refuse_text(value: str) -> None:
    if len(value) > LONGEST_TEXT:
        raise _unstorable(f"hold no text of more than {LONGEST_TEXT} characters")
    if not _is_text(value):
        raise _unstorable("hold no NUL and no lone surrogates")


def _is_text(value: str) -> bool:
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def _unstorable(expected: str) -> PydanticCustomError:
    return PydanticCustomError("not_canonical", "This must {expected}", {"expected": expected})


JsonObject: Any = Annotated[object_of(JsonValue), _storable(dict, "be a JSON object")]
JsonArray: Any = Annotated[list[JsonValue], _storable(list, "be a JSON array")]
