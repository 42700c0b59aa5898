"""Translate Pydantic's errors into violations, which never repeat what the client sent."""

import itertools
from collections.abc import Container, Iterator, Mapping, Sequence
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
    "value_error": "This is not a valid value.",
    "assertion_error": "This is not a valid value.",
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


def violations(
    errors: Sequence[Any], names: Container[str] | None = None, body: Any = None
) -> list[Violation]:
    """Translate Pydantic's errors, as FastAPI collects them.

    `names` are those of the documented members of the body, at any depth; None if they are unknown.
    """
    return [_violation(error, names, body) for error in errors[:MAX_VIOLATIONS]]


def _violation(error: Mapping[str, Any], names: Container[str] | None, body: Any) -> Violation:
    source, *path = error["loc"]
    error_type = error["type"]
    if error_type == "extra_forbidden":
        path.pop()  # the client's own text
    detail = _DETAILS.get(error_type, "This does not match the documented schema.")
    if error_type in _WITHOUT_INPUT:
        detail = error["msg"] + "."
    if source != "body":
        return Violation(parameter=str(path[0]) if path else str(source), detail=detail)
    if names is None:
        steps = [*path[:1], *itertools.takewhile(lambda step: isinstance(step, int), path[1:])]
    else:
        steps = list(_steps(path, names, body))
    return Violation(pointer="".join(f"/{_escaped(step)}" for step in steps), detail=detail)


def _steps(path: Sequence[Any], names: Container[str], value: Any) -> Iterator[Any]:
    """Yield the steps to the value of an error, up to a name that is the client's own text.

    Pydantic's paths also contain names of the members of a union, which are not in the body.
    """
    for position, step in enumerate(path):
        is_known = isinstance(step, int) or step in names
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            if not is_known:
                return
            yield step
            value = value[step]
        elif is_known and position == len(path) - 1:
            yield step  # a missing member


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
