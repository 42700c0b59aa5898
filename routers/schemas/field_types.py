"""The exact forms of a column: in a request's body, in its query, in an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import Field, PlainSerializer, StrictBool, StrictStr
from pydantic.fields import FieldInfo
from sqlalchemy import (
    CHAR,
    REAL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Float,
    Numeric,
    SmallInteger,
    String,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from routers.schemas.field_formats import (
    LARGEST_FLOAT,
    LONGEST_TEXT,
    MOST_MEMBERS,
    NUMBER_IN_JSON,
    NUMBER_IN_QUERY,
    TEXT,
    WHOLE_IN_JSON,
    WHOLE_IN_QUERY,
    QueryBool,
    ShownDate,
    ShownTime,
    WireDate,
    WireTime,
    WireUUID,
    decimal_pattern,
    decimal_reader,
    decimal_schema,
)
from routers.schemas.json_types import JsonArray, JsonObject, object_of
from routers.schemas.patterns import PLAIN_PATTERNS, is_plain_pattern

_DOUBLE = 25
"""Binary digits from which on PostgreSQL's `float(n)` is double precision."""

Rules = list[Any]
"""What a field says besides its type: bounds, lengths, patterns."""


class UnknownTypeError(TypeError):
    """A column's type has no exact form here."""


@dataclass(frozen=True)
class Form:
    """The types of a member for Pydantic, of which the OpenAPI document is made; null apart.

    Attributes:
        body: In a request's body.
        query: As a query parameter; None where it cannot be one.
        answer: In an answer.
    """

    body: Any
    query: Any
    answer: Any


def form_of(field: FieldInfo, column: Column[Any]) -> Form:
    """The forms of a shape's field that stands for this column.

    Raises:
        UnknownTypeError: its type has none, or its bounds cannot be said exactly.
    """
    kind, _ = split_optional(field.annotation)
    rules = [rule for rule in field.metadata if not type(rule).__module__.startswith("sqlmodel")]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(kind)
    if (get_origin(kind) or kind) in {dict, list}:
        return _json(kind, rules)
    if kind not in _FORMS:
        raise _unknown(kind)
    return _FORMS[kind](rules, plain_type(column))


def split_optional(annotation: Any) -> tuple[type, bool]:
    """A column's type, with whether it may be null."""
    if get_origin(annotation) in (Union, UnionType):
        rest = [kind for kind in get_args(annotation) if kind is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False


def plain_type(column: Column[Any]) -> TypeEngine[Any]:
    """A column's type in the database."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _ruled(kind: Any, rules: Rules, *readers: Any) -> Any:
    # The bounds stand before the readers: behind them they would not reach the document.
    for rule in (*rules, *readers):
        kind = Annotated[kind, rule]
    return kind


def _unknown(kind: Any) -> UnknownTypeError:
    known = ", ".join(sorted([*(form.__name__ for form in _FORMS), "Enum", "dict", "list"]))
    name = str(kind) if get_origin(kind) else getattr(kind, "__name__", kind)
    return UnknownTypeError(f"the type {name} has no exact form; use one of {known}")


def _same(written: Any, read: Any) -> Callable[[Rules, TypeEngine[Any]], Form]:
    def form(rules: Rules, kind: TypeEngine[Any]) -> Form:
        if _bounds(rules, "ge", "gt", "le", "lt"):
            raise UnknownTypeError("the document cannot say bounds of dates and times: drop them")
        if isinstance(kind, DateTime) and not kind.timezone:
            raise UnknownTypeError("a timestamp has a time zone: leave sa_type out")
        return Form(written, written, read)

    return form


def _truth(_rules: Rules, _type: TypeEngine[Any]) -> Form:
    return Form(StrictBool, QueryBool, bool)


def _text(rules: Rules, kind: TypeEngine[Any]) -> Form:
    if isinstance(kind, CHAR):
        raise UnknownTypeError("a CHAR is filled up with spaces: leave sa_type out")
    for pattern in _bounds(rules, "pattern"):
        if not is_plain_pattern(pattern):
            raise UnknownTypeError(f"the pattern {pattern} is not read alike by all: {PLAIN_PATTERNS}")
    if not any(getattr(rule, "pattern", None) for rule in rules):
        rules = [*rules, Field(pattern=TEXT)]
    if not _bounds(rules, "max_length"):
        rules = [*rules, Field(max_length=LONGEST_TEXT)]
    plain = _ruled(str, rules)
    return Form(_ruled(StrictStr, rules), plain, plain)


def _whole(rules: Rules, kind: TypeEngine[Any]) -> Form:
    big = isinstance(kind, BigInteger)
    bits = 15 if isinstance(kind, SmallInteger) else 63 if big else 31
    # The document's bounds are floats, of which the largest of 64 bits is none.
    most = Field(lt=2**bits) if big else Field(le=2**bits - 1)
    rules = _bounded(rules, Field(ge=-(2**bits)), most)
    return Form(_ruled(int, rules, WHOLE_IN_JSON), _ruled(int, rules, WHOLE_IN_QUERY), _ruled(int, rules))


def _number(rules: Rules, kind: TypeEngine[Any]) -> Form:
    if not isinstance(kind, Float) or (kind.precision or _DOUBLE) < _DOUBLE or isinstance(kind, REAL):
        raise UnknownTypeError("a float is kept in double precision: use sa_type=Double, or none at all")
    rules = _bounded(rules, Field(ge=-LARGEST_FLOAT), Field(le=LARGEST_FLOAT))
    return Form(
        _ruled(float, rules, NUMBER_IN_JSON), _ruled(float, rules, NUMBER_IN_QUERY), _ruled(float, rules)
    )


def _bounded(rules: Rules, least: FieldInfo, most: FieldInfo) -> Rules:
    """The rules with a bound at both ends, none beyond what the column holds."""
    lower, upper = _bounds(rules, "ge", "gt"), _bounds(rules, "le", "lt")
    (floor,), (ceiling,) = _bounds(least.metadata, "ge"), _bounds(most.metadata, "le", "lt")
    for bound in (*lower, *upper):
        if not floor <= bound <= ceiling or float(bound) != bound:
            raise UnknownTypeError(f"the bound {bound} is beyond what the column holds: mend it or sa_type")
    return [*rules, *([] if lower else [least]), *([] if upper else [most])]


def _bounds(rules: Rules, *names: str) -> list[Any]:
    found = (getattr(rule, name, None) for rule in rules for name in names)
    return [bound for bound in found if bound is not None]


def _decimal(rules: Rules, kind: TypeEngine[Any]) -> Form:
    if not isinstance(kind, Numeric) or kind.precision is None or kind.scale is None:
        raise UnknownTypeError("a Decimal needs its size: set max_digits and decimal_places")
    if _bounds(rules, "gt", "le", "lt", "multiple_of") or _bounds(rules, "ge") not in ([], [0]):
        raise UnknownTypeError("a Decimal is a string with a pattern, which can say ge=0 and no other bound")
    if kind.precision < kind.scale:
        raise UnknownTypeError("max_digits includes the decimal_places: make it larger")
    sign, whole = not _bounds(rules, "ge"), kind.precision - kind.scale
    pattern = decimal_pattern(whole, kind.scale, sign=sign, exact=False)
    shown = decimal_pattern(whole, kind.scale, sign=sign, exact=True)
    written = Annotated[
        Decimal, decimal_reader(pattern, kind.scale), decimal_schema(pattern, whole, kind.scale)
    ]
    read = Annotated[
        Decimal,
        PlainSerializer("{:f}".format, return_type=str),
        decimal_schema(shown, whole, kind.scale),
    ]
    return Form(written, written, read)


def _choice(kind: type[Enum]) -> Form:
    if not all(isinstance(choice.value, str) for choice in kind):
        raise UnknownTypeError(f"the values of {kind.__name__} are not all strings; make it a StrEnum")
    return Form(kind, kind, kind)


def _json(kind: Any, rules: Rules) -> Form:
    """A document: of anything, or of members of one plain type (`list[str]`, `dict[str, int]`)."""
    members = [member for member in get_args(kind) if member is not Any]
    if kind == dict[str, Any] or not members:
        written: Any = JsonArray if (get_origin(kind) or kind) is list else JsonObject
        shown: Any = kind
    elif members[-1] not in _MEMBERS or members[:-1] not in ([], [str]):
        raise _unknown(kind)
    else:
        member = _MEMBERS[members[-1]]
        of: Any = object_of if get_origin(kind) is dict else lambda each: GenericAlias(list, (each,))
        written, shown = of(member.body), of(member.answer)
    if (get_origin(kind) or kind) is list and not _bounds(rules, "max_length"):
        rules = [*rules, Field(max_length=MOST_MEMBERS)]
    return Form(_ruled(written, rules), None, _ruled(shown, rules))


_FORMS: dict[type, Callable[[Rules, TypeEngine[Any]], Form]] = {
    bool: _truth,
    str: _text,
    int: _whole,
    float: _number,
    Decimal: _decimal,
    date: _same(WireDate, ShownDate),
    datetime: _same(WireTime, ShownTime),
    UUID: _same(WireUUID, WireUUID),
}
_MEMBERS: dict[type, Form] = {
    bool: _truth([], Boolean()),
    str: _text([], String()),
    int: _whole([], BigInteger()),
    float: _number([], Double()),
}
"""The forms of what a typed document may hold."""
