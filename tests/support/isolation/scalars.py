"""Simple values of schemas that are no objects and no arrays."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.support.isolation.texts import texts_of

Schema = Mapping[str, Any]


def scalars(schema: Schema) -> list[Any]:
    """Return simple values of a schema; none if there are no simple ones."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    return _SCALARS[schema.get("type") or "integer"](schema)


def _numbers(schema: Schema, simple: Sequence[float], step: float) -> list[float]:
    if fitting := [number for number in simple if _is_within(schema, number)]:
        return fitting
    step = schema.get("multipleOf", step)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    first = low if low is not None else 0 if high is None else high - 4 * step
    numbers = [step * (math.ceil(first / step) + place) for place in range(5)]
    if schema["type"] == "number" and low is not None and high is not None:
        numbers.append((low + high) / 2)
    return [number for number in numbers if _is_within(schema, number)]


def _is_within(schema: Schema, number: float) -> bool:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    factor = number / schema.get("multipleOf", number or 1)
    return bool(low <= number <= high and above < number < below and factor == int(factor))


_SCALARS: dict[str, Callable[[Schema], list[Any]]] = {
    "null": lambda _: [None],
    "boolean": lambda _: [True, False],
    "integer": lambda schema: _numbers(schema, (1, 2, 3, 4), 1),
    "number": lambda schema: _numbers(schema, (0.25, 0.5, 1.5, 2.0), 0.25),
    "string": texts_of,
}
