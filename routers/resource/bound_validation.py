"""Validate that the create schema, the table and the response schema have the same bounds."""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import String

from routers.resource.declaration import Declaration
from routers.schemas.choices import is_choice
from routers.schemas.field_types import database_type, split_optional
from routers.schemas.settings import bounds_of
from routers.tables.rows import SERVER_COLUMNS

Bounds = Mapping[str, Any]


def bound_errors(declaration: Declaration[Any]) -> Iterator[str]:
    """Yield the bounds that a schema documents, but which the schema of its values does not have."""
    for name, field in declaration.create.model_fields.items():
        for bound in _missing_bounds(bounds_of(field), _stored_bounds(declaration, name)):
            yield f"{name} has {bound} in the table but not in create: declare it once, in a schema."
    for name, field in declaration.read.model_fields.items():
        if name in declaration.model.model_fields and name not in SERVER_COLUMNS:
            for bound in _missing_bounds(_stored_bounds(declaration, name), bounds_of(field)):
                yield f"{name} has {bound} in read but not in the table: declare it once, in a schema."


def _stored_bounds(declaration: Declaration[Any], name: str) -> Bounds:
    """Return the bounds of a field of the table, with the length of its column."""
    field, column_type = declaration.model.model_fields[name], database_type(declaration.table.c[name])
    bounds, is_text = bounds_of(field), isinstance(column_type, String)
    length = getattr(column_type, "length", None) if is_text else None
    if length is None or is_choice(split_optional(field.annotation)[0]):
        return bounds
    return {**bounds, "max_length": min(length, bounds.get("max_length", length))}


def _missing_bounds(bounds: Bounds, required: Bounds) -> Iterator[str]:
    """Yield the required bounds that values within the others could violate."""
    for name, limit in required.items():
        holds: Callable[[Any, Any], bool] = _COMPARISONS.get(name, operator.eq)
        if name not in bounds or not holds(bounds[name], limit):
            yield f"{name}={limit!r}"


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("ge", "gt", "min_length"), operator.ge),
    **dict.fromkeys(("le", "lt", "max_length", "max_digits", "decimal_places"), operator.le),
}
"""How a bound relates to one that it implies; others must be equal."""
