"""Types with a choice of values: enums and literals, of strings or of integers."""

from enum import Enum, Flag
from typing import Any, Literal, get_args, get_origin

from routers.schemas.field_formats import MAX_TEXT_LENGTH, is_text

_MAX_INTEGER = 2**63 - 1


def is_enum(python_type: Any) -> bool:
    """Check whether a type is an enum."""
    return isinstance(python_type, type) and issubclass(python_type, Enum)


def choices(python_type: Any) -> list[Any]:
    """Return the values of an enum or a literal; none of any other type."""
    if get_origin(python_type) is Literal:
        return list(get_args(python_type))
    return [member.value for member in python_type] if is_enum(python_type) else []


def is_choice(python_type: Any) -> bool:
    """Check whether a type is an enum or a literal."""
    return get_origin(python_type) is Literal or is_enum(python_type)


def are_integers(values: list[Any]) -> bool:
    """Check whether the values of a choice are integers; otherwise, they are strings."""
    return type(values[0]) is int


def type_name(python_type: Any) -> str:
    """Return the name of a type, for error messages."""
    return str(python_type) if get_origin(python_type) else getattr(python_type, "__name__", str(python_type))


def choices_error(python_type: Any) -> str | None:
    """Return why the values of a choice have no exact format; None if they have."""
    values, name = choices(python_type), type_name(python_type)
    kinds = {type(value) for value in values}
    if is_enum(python_type) and (issubclass(python_type, Flag) or "_missing_" in vars(python_type)):
        return f"{name} has other values than its members: use a StrEnum or an IntEnum"
    if kinds not in ({str}, {int}):
        return (
            f"the values of {name} are neither all strings nor all integers: "
            "use only one of these types, and `| None` for null"
        )
    if kinds == {int} and is_enum(python_type) and not issubclass(python_type, int):
        return f"the members of {name} are no integers: use an IntEnum"
    if kinds == {int} and not all(-_MAX_INTEGER - 1 <= value <= _MAX_INTEGER for value in values):
        return f"a value of {name} has more than 64 bits: change it"
    if kinds == {str} and not all(is_text(value) and len(value) <= MAX_TEXT_LENGTH for value in values):
        return f"a value of {name} is no text that PostgreSQL can store: change it"
    return None
