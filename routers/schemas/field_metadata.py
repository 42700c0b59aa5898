"""The bounds of fields, and the exact types that result from them."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

Metadata = list[Any]
"""The metadata of a field: bounds, lengths, patterns."""

RANGE = ("ge", "gt", "le", "lt")
"""The names of the bounds of a range."""

LENGTHS = ("min_length", "max_length")
"""The names of the bounds of a length."""

BOUNDS = (*RANGE, "multiple_of", "max_digits", "decimal_places", *LENGTHS, "pattern")
"""The names of bounds, which requests, responses and the table share."""


class UnsupportedTypeError(TypeError):
    """A type has no exact format."""


@dataclass(frozen=True)
class FieldTypes:
    """The exact types of a field, without null.

    Attributes:
        body: In a request body.
        query: As a query parameter; None if it cannot be one.
        response: In a response body.
    """

    body: Any
    query: Any
    response: Any


def annotated(python_type: Any, *metadata: Any) -> Any:
    """Add metadata to a type."""
    for each in metadata:
        python_type = Annotated[python_type, each]
    return python_type


def bounds(metadata: Metadata, *names: str) -> list[Any]:
    """Return the bounds with these names."""
    found = (getattr(each, name, None) for each in metadata for name in names)
    return [bound for bound in found if bound is not None]


def check_bounds(described: str, known: tuple[str, ...], metadata: Metadata) -> None:
    """Check that each bound of a field has a meaning for its type.

    Raises:
        UnsupportedTypeError: one has none, or some metadata cannot be part of a type.
    """
    if any(type(each).__hash__ is None for each in metadata):
        raise UnsupportedTypeError("a part of its Annotated is mutable: use a frozen object")
    for name in BOUNDS:
        if name not in known and bounds(metadata, name):
            raise UnsupportedTypeError(f"{described} has no {name}: drop it, or write a CHECK")


def check_lengths(metadata: Metadata) -> None:
    """Check that a value can have the lengths of a field.

    Raises:
        UnsupportedTypeError: its minimum is above its maximum.
    """
    if max([0, *bounds(metadata, "min_length")]) > min(bounds(metadata, "max_length"), default=math.inf):
        raise UnsupportedTypeError("its min_length is above its max_length: correct one of them")
