"""Random request bodies for any resource, derived from its create schema."""

import random
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo

from routers import Resource
from routers.schemas.field_types import split_optional
from routers.tables.foreign_keys import references
from tests.support.private_values import PLANTED

IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
"""The ids of rows in tests."""


def body_for(
    resource: Resource[Any],
    rng: random.Random,
    row_id: str,
    *,
    patch: bool = False,
    targets_under: int = len(IDS),
) -> dict[str, Any]:
    """Return a random body that matches the create schema, or a merge patch.

    Texts end with the last digit of the row's id, so unique members differ between rows. A reference points
    to one of the first `targets_under` ids.
    """
    targets = references(resource.table)
    body = {}
    for name, field in resource.create.model_fields.items():
        if name in resource.write_once or (patch and rng.random() < 0.5):
            continue
        if name in targets:
            _, nullable = split_optional(field.annotation)
            ids = [*IDS[:targets_under], *([None] if nullable else [])]
            owned = "owner_id" in targets[name].referred_table.c
            body[name] = rng.choice(ids if owned else [None])
        else:
            body[name] = value_for(field, rng, row_id)
    return body


def value_for(field: FieldInfo, rng: random.Random, row_id: str) -> Any:
    """Return a value for a member: one of its examples, or a simple value of its type."""
    if field.examples:
        return rng.choice(field.examples)
    python_type, _ = split_optional(field.annotation)
    if isinstance(python_type, type) and issubclass(python_type, Enum):
        return rng.choice(list(python_type)).value
    return _VALUES[get_origin(python_type) or python_type](rng, row_id)


_VALUES: dict[Any, Callable[[random.Random, str], Any]] = {
    str: lambda rng, row_id: rng.choice(["seen", PLANTED]) + row_id[-1],
    bool: lambda rng, _: rng.choice([True, False]),
    int: lambda rng, _: rng.choice([1, 2]),
    float: lambda rng, _: rng.choice([0.25, 0.5]),
    Decimal: lambda rng, _: rng.choice(["0.1", "0.5"]),
    date: lambda rng, _: rng.choice(["2026-01-01", "2026-12-31"]),
    datetime: lambda rng, _: rng.choice(["2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"]),
    UUID: lambda rng, _: rng.choice(IDS),
    dict: lambda rng, _: rng.choice([{}, {"a": 1}]),
    list: lambda *_: [],
}
