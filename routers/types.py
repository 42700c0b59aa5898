"""The exact form of each type on the wire: one spelling in, the same in JSON, OpenAPI and PostgreSQL."""

import re
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool, StrictStr
from pydantic_core import PydanticCustomError

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_SPACE = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

ONE_LINE = rf"^[^{_CONTROL}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"
"""A pattern for text in one line, not blank: no control characters, something besides white space.

Written so that Pydantic, JavaScript, Python and PostgreSQL read it alike.
"""

TEXT = r"^[^\u0000]*$"
"""A pattern for any text that PostgreSQL can hold."""

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def not_canonical(expected: str) -> PydanticCustomError:
    """The error for a parameter that is not in its one spelling."""
    return PydanticCustomError("not_canonical", "This must be {expected}", {"expected": expected})


def _bool_from_query(text: object) -> object:
    spellings = {"true": True, "false": False}
    if not isinstance(text, str) or text not in spellings:
        raise not_canonical("true or false")
    return spellings[text]


def _int_from_query(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", text):
        raise not_canonical("an integer without leading zeros")
    return int(text)


def _uuid_from_text(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(_UUID, text):
        raise not_canonical("a UUID in lower-case hexadecimal with hyphens")
    return UUID(text)


QueryBool = Annotated[bool, BeforeValidator(_bool_from_query)]
WireUUID = Annotated[
    UUID,
    BeforeValidator(_uuid_from_text),
    Field(json_schema_extra={"pattern": _UUID, "minLength": 36, "maxLength": 36}),
]


_DATE = (
    r"(?:[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:12|16|20|24|28)00)-02-29)"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"

TIMESTAMP = rf"^{_DATE}T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+-]{_CLOCK})$"
"""A pattern for RFC 3339 timestamps of the years 1000 to 2999: each is a day that there is."""


def _time_from_text(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(TIMESTAMP, text):
        raise not_canonical("a timestamp with its offset, like 2026-01-31T12:00:00Z")
    return datetime.fromisoformat(text)


WireTime = Annotated[
    datetime,
    BeforeValidator(_time_from_text),
    Field(json_schema_extra={"pattern": TIMESTAMP, "maxLength": 32}),
]


def query_int(least: int, most: int) -> Any:
    """The type of an integer query parameter within these bounds."""
    # The bounds stand first: behind the validator they would not reach the document.
    return Annotated[int, Field(ge=least, le=most), BeforeValidator(_int_from_query)]


RowId = WireUUID
"""A row's id as a path parameter."""

_IN_BODIES: dict[type, Any] = {bool: StrictBool, str: StrictStr, UUID: WireUUID}
_IN_QUERIES: dict[type, Any] = {bool: QueryBool, UUID: WireUUID, datetime: WireTime}
_IN_ANSWERS: dict[type, Any] = {bool: bool, str: str, int: int, UUID: WireUUID, datetime: datetime}


class UnknownTypeError(TypeError):
    """A column's type has no exact form here."""


def split_optional(annotation: Any) -> tuple[type, bool]:
    """A column's type, with whether it may be null."""
    if get_origin(annotation) in (Union, UnionType):
        rest = [kind for kind in get_args(annotation) if kind is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False


def in_body(kind: type) -> Any:
    """The type that a member of a request body has, for a column's type.

    Raises:
        UnknownTypeError: there is none.
    """
    return _form(_IN_BODIES, kind)


def in_query(kind: type) -> Any:
    """The type that a query parameter has, for a column's type.

    Raises:
        UnknownTypeError: there is none.
    """
    return _form(_IN_QUERIES, kind)


def in_answer(kind: type) -> Any:
    """The type that a member of an answer has, for a column's type.

    Raises:
        UnknownTypeError: there is none.
    """
    return _form(_IN_ANSWERS, kind)


def _form(forms: dict[type, Any], kind: type) -> Any:
    if kind not in forms:
        known = ", ".join(sorted(form.__name__ for form in forms))
        raise UnknownTypeError(f"the type {getattr(kind, '__name__', kind)}; use one of {known}")
    return forms[kind]
