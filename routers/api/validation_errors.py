"""Translate Pydantic's errors into violations, which never repeat what the client sent."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from routers.schemas.problem import MAX_VIOLATIONS, Violation

_DETAILS = {
    "missing": "This is required.",
    "extra_forbidden": "This has an unknown member.",
    "bool_type": "This must be true or false.",
    "string_type": "This must be a string.",
    "string_unicode": "This must be text without lone surrogates.",
    "string_pattern_mismatch": "This does not match the documented pattern.",
    "model_attributes_type": "This must be a JSON object.",
    "model_type": "This must be a JSON object.",
    "dict_type": "This must be a JSON object.",
    "list_type": "This must be a JSON array.",
}
# Pydantic's messages for these contain only the documented bound.
_WITHOUT_INPUT = frozenset(
    {
        "enum",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "literal_error",
        "multiple_of",
        "string_too_long",
        "string_too_short",
        "too_long",
        "too_short",
        "not_canonical",
    }
)


def violations(errors: Sequence[Any]) -> list[Violation]:
    """Translate Pydantic's errors, as FastAPI collects them."""
    return [_violation(error) for error in errors[:MAX_VIOLATIONS]]


def _violation(error: Mapping[str, Any]) -> Violation:
    source, *path = error["loc"]
    error_type = error["type"]
    if error_type == "extra_forbidden":
        path.pop()  # the client's own text
    detail = _DETAILS.get(error_type, "This does not match the documented schema.")
    if error_type in _WITHOUT_INPUT:
        detail = error["msg"] + "."
    if source == "body":
        # Names inside a JSON field are the client's own text, too.
        path = [*path[:1], *itertools.takewhile(lambda step: isinstance(step, int), path[1:])]
        return Violation(pointer="".join(f"/{_escaped(step)}" for step in path), detail=detail)
    return Violation(parameter=str(path[0]) if path else str(source), detail=detail)


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
