"""Bodies for any resource, made from its create shape alone."""

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

IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
"""The ids that rows of the tests have."""


def body_for(
    resource: Resource[Any],
    chance: random.Random,
    row_id: str,
    *,
    patch: bool = False,
    targets_under: int = len(IDS),
) -> dict[str, Any]:
    """A body of the create shape, or a merge patch.

    A text names the row, so that what is unique is; a reference is to one of the first `targets_under` ids.
    """
    targets = references(resource.table)
    body = {}
    for name, field in resource.create.model_fields.items():
        if name in resource.write_once or (patch and chance.random() < 0.5):
            continue
        if name in targets:
            _, nullable = split_optional(field.annotation)
            there = [*IDS[:targets_under], *([None] if nullable else [])]
            owned = "owner_id" in targets[name].referred_table.c
            body[name] = chance.choice(there if owned else [None])
        else:
            body[name] = value_for(field, chance, row_id)
    return body


def value_for(field: FieldInfo, chance: random.Random, row_id: str) -> Any:
    """A value for a member: an example that it gives, or a plain one of its type."""
    if field.examples:
        return chance.choice(field.examples)
    kind, _ = split_optional(field.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return chance.choice(list(kind)).value
    return _VALUES[get_origin(kind) or kind](chance, row_id)


_VALUES: dict[Any, Callable[[random.Random, str], Any]] = {
    str: lambda chance, row_id: chance.choice(["seen", "hidden"]) + row_id[-1],
    bool: lambda chance, _: chance.choice([True, False]),
    int: lambda chance, _: chance.choice([1, 2]),
    float: lambda chance, _: chance.choice([0.25, 0.5]),
    Decimal: lambda chance, _: chance.choice(["0.1", "0.5"]),
    date: lambda chance, _: chance.choice(["2026-01-01", "2026-12-31"]),
    datetime: lambda chance, _: chance.choice(["2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"]),
    UUID: lambda chance, _: chance.choice(IDS),
    dict: lambda chance, _: chance.choice([{}, {"a": 1}]),
    list: lambda *_: [],
}
