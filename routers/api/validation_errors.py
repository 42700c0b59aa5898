"""What is wrong with a request, in sentences that never repeat what was sent."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import MISSING, AfterValidator, BaseModel, Field

from routers.schemas.field_formats import TEXT

MOST_VIOLATIONS = 100
"""Told in one answer; the rest waits until these are mended."""

LONGEST_SENTENCE = 1000

Sentence = Annotated[
    str,
    AfterValidator(lambda text: text[:LONGEST_SENTENCE]),
    Field(json_schema_extra={"pattern": TEXT, "maxLength": LONGEST_SENTENCE}),
]
"""A sentence of ours for the caller, cut where it gets out of hand."""

_PLACE = {"pattern": TEXT, "maxLength": LONGEST_SENTENCE}

_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "This has a member that is not known here.",
    "bool_type": "This must be true or false.",
    "string_type": "This must be a string.",
    "string_unicode": "This must be text without lone surrogates.",
    "string_pattern_mismatch": "This does not match the documented pattern.",
    "model_attributes_type": "This must be a JSON object.",
    "model_type": "This must be a JSON object.",
    "dict_type": "This must be a JSON object.",
    "list_type": "This must be a JSON array.",
}
# Sentences of the library that state only the documented bound.
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


class Violation(BaseModel):
    """One thing that is not what the documented schema says."""

    pointer: Annotated[
        str | MISSING,
        Field(description="Where in the body, as a JSON pointer (RFC 6901).", json_schema_extra=_PLACE),
    ] = MISSING
    parameter: Annotated[
        str | MISSING,
        Field(description="Which query, path or header parameter.", json_schema_extra=_PLACE),
    ] = MISSING
    detail: Annotated[Sentence, Field(description="What should be there.")]


def violations(errors: Sequence[Any]) -> list[Violation]:
    """Pydantic's errors, as FastAPI collects them, in our own words."""
    return [_violation(error) for error in errors[:MOST_VIOLATIONS]]


def _violation(error: Mapping[str, Any]) -> Violation:
    place, *path = error["loc"]
    kind = error["type"]
    if kind == "extra_forbidden":
        path.pop()  # the name of an unknown member is the caller's own text
    detail = _SENTENCES.get(kind, "This is not what the documented schema says.")
    if kind in _WITHOUT_INPUT:
        detail = error["msg"] + "."
    if place == "body":
        # Names inside a document are the caller's own text as well.
        path = [*path[:1], *itertools.takewhile(lambda step: isinstance(step, int), path[1:])]
        return Violation(pointer="".join(f"/{_escaped(step)}" for step in path), detail=detail)
    return Violation(parameter=str(path[0]) if path else str(place), detail=detail)


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
