"""Translate Pydantic's errors into violations, which never repeat a value that the client sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from routers.schemas.exact_types import fields_of, types_in
from routers.schemas.problem import MAX_VIOLATIONS, Violation

_DETAILS = {
    "missing": "This is required.",
    "string_unicode": "This must be text without lone surrogates.",
    "string_pattern_mismatch": "This does not match the documented pattern.",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}.",
    "union_tag_not_found": "{discriminator} is required.",
    "value_error": "This is not a valid value.",
    "assertion_error": "This is not a valid value.",
}
_KINDS = {
    "bool": "true or false",
    "bytes": "a string",
    "dataclass": "a JSON object",
    "date": "a date",
    "datetime": "a timestamp",
    "decimal": "a decimal",
    "dict": "a JSON object",
    "finite": "a finite number",
    "float": "a number",
    "frozen": "a JSON array",
    "int": "an integer",
    "list": "a JSON array",
    "model": "a JSON object",
    "none": "null",
    "set": "a JSON array",
    "string": "a string",
    "time": "a time",
    "timezone": "a timestamp with its offset",
    "tuple": "a JSON array",
    "url": "a URL",
    "uuid": "a UUID",
}
"""What is expected, by the first word of an error's type."""

# Pydantic's messages for these contain only the documented bound.
_WITHOUT_INPUT = frozenset(
    {
        "date_future",
        "date_past",
        "datetime_future",
        "datetime_past",
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
    errors: Sequence[Any],
    body: Any = None,
    body_type: Any = None,
    protected: Mapping[str, str] | None = None,
) -> list[Violation]:
    """Translate Pydantic's errors, as FastAPI collects them.

    Args:
        errors: The errors.
        body: The content of the body.
        body_type: The type of the body, whose members are listed for an unknown one.
        protected: Details for members of the resource that this operation does not accept.
    """
    return [_violation(error, body, body_type, protected or {}) for error in errors[:MAX_VIOLATIONS]]


def _violation(
    error: Mapping[str, Any], body: Any, body_type: Any, protected: Mapping[str, str]
) -> Violation:
    source, *path = error["loc"]
    if source != "body":
        return Violation(parameter=str(path[0]) if path else str(source), detail=_detail(error))
    is_missing = error["type"] == "missing"
    if is_missing and not path:
        return Violation(pointer="", detail="The request must have a body.")
    detail = _detail(error)
    if error["type"] == "extra_forbidden":
        known = ", ".join(sorted(_members(body_type, path[:-1]))) or "none"
        detail = f"This member is unknown; known members: {known}."
        if len(path) == 1:
            detail = protected.get(path[0], detail)
    steps = _steps(path, body, is_missing=is_missing)
    return Violation(pointer="".join(f"/{_escaped(step)}" for step in steps), detail=detail)


def _detail(error: Mapping[str, Any]) -> str:
    error_type: str = error["type"]
    if error_type in _WITHOUT_INPUT:
        return f"{error['msg']}."
    if error_type in _DETAILS:
        return _DETAILS[error_type].format_map(error.get("ctx", {}))
    kind = _KINDS.get(error_type.partition("_")[0], "what the document describes")
    return f"This must be {kind}."


def _steps(path: Sequence[Any], value: Any, *, is_missing: bool) -> Iterator[Any]:
    """Yield the steps to the value of an error.

    Pydantic's paths also contain names of the members of a union, which are not in the body.
    """
    for position, step in enumerate(path):
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            yield step
            value = value[step]
        elif is_missing and position == len(path) - 1:
            yield step


def _members(body_type: Any, path: Sequence[Any]) -> set[str]:
    """Return the names of the members that an object in the body may have."""
    models = _models(body_type)
    for step in path:
        fields = [field for model in models for name, field in fields_of(model).items() if name == step]
        # Other steps are items, or names of the members of a union.
        models = [model for field in fields for model in _models(field.annotation)] or models
    return {name for model in models for name in fields_of(model)}


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [each for each in types_in(annotation) if isinstance(each, type) and issubclass(each, BaseModel)]


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
