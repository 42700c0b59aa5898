"""CHECK constraints of JSON columns."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from sqlalchemy import Column, ColumnElement, func, literal, not_

from routers.schemas.field_metadata import Metadata, bounds
from routers.schemas.field_types import split_value

_BEYOND = {"ge": "<", "gt": "<=", "le": ">", "lt": ">="}
"""How a number that violates a bound compares with it."""


def json_checks(
    python_type: Any, metadata: Metadata, column: Column[Any]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield the constraints of a list or an object: the number of its values, and their bounds.

    JSON paths can neither measure texts nor match all patterns, so only requests are checked for those.
    """
    container = get_origin(python_type) or python_type
    members = func.jsonb_path_query_array(column, literal("$.keyvalue()"))
    length = func.jsonb_array_length(members if container is dict else column)
    for least in bounds(metadata, "min_length"):
        yield "min_length", length >= least
    for most in bounds(metadata, "max_length"):
        yield "max_length", length <= most
    _, limits = split_value(python_type) if get_args(python_type) else (None, [])
    beyond = [f"@ {sign} {bound}" for name, sign in _BEYOND.items() for bound in bounds(limits, name)]
    if beyond:
        values = f"{'$.*' if container is dict else '$[*]'} ? ({' || '.join(beyond)})"
        yield "values", not_(func.jsonb_path_exists(column, literal(values)))
