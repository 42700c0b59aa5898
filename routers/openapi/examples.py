"""Add examples of bodies to the OpenAPI document, composed of the examples of their members."""

from typing import Any

from routers.schemas.field_formats import TEXT

Json = dict[str, Any]

UNKNOWN = object()
"""The result for a schema without a known example."""


def add_examples(document: Json) -> None:
    """Add an example to each JSON body whose members all have one."""
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for place in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in place.get("content", {}).values():
                    if "example" not in media and "schema" in media:
                        example = example_of(media["schema"], schemas)
                        media.update({} if example is UNKNOWN else {"example": example})


def example_of(schema: Json, schemas: Json) -> Any:
    """Return a valid value of a schema, or `UNKNOWN`."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        others = {other: part for other, part in schemas.items() if other != name}
        # A recursive schema ends here.
        return example_of(schemas[name], others) if name in schemas else UNKNOWN
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        examples = (example_of(each, schemas) for each in schema["anyOf"])
        return next((example for example in examples if example is not UNKNOWN), UNKNOWN)
    make = _MAKERS.get(schema.get("type", ""))
    return make(schema, schemas) if make else UNKNOWN


def _object(schema: Json, schemas: Json) -> Any:
    members = {name: example_of(part, schemas) for name, part in schema.get("properties", {}).items()}
    known = {name: example for name, example in members.items() if example is not UNKNOWN}
    return known if known.keys() >= set(schema.get("required", ())) else UNKNOWN


def _array(schema: Json, schemas: Json) -> Any:
    if not schema.get("minItems"):
        item = example_of(schema.get("items", {}), schemas)
        return [] if item is UNKNOWN or schema.get("maxItems") == 0 else [item]
    return UNKNOWN


def _number(schema: Json, _schemas: Json) -> Any:
    minimum: Any = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    maximum: Any = schema.get("maximum", schema.get("exclusiveMaximum", minimum))
    candidates = (
        [0, minimum, minimum + 1] if schema["type"] == "integer" else [0, minimum, (minimum + maximum) / 2]
    )
    return next((each for each in candidates if _is_valid(schema, each)), UNKNOWN)


def _is_valid(schema: Json, number: float) -> bool:
    return (
        schema.get("minimum", number) <= number <= schema.get("maximum", number)
        and ("exclusiveMinimum" not in schema or number > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or number < schema["exclusiveMaximum"])
        and ("multipleOf" not in schema or number % schema["multipleOf"] == 0)
    )


def _text(schema: Json, _schemas: Json) -> Any:
    text = "text"[: schema.get("maxLength")]
    free = schema.get("pattern", TEXT) == TEXT and "format" not in schema
    return text if free and len(text) >= schema.get("minLength", 0) else UNKNOWN


_MAKERS: Any = {
    "object": _object,
    "array": _array,
    "boolean": lambda _schema, _schemas: False,
    "integer": _number,
    "number": _number,
    "null": lambda _schema, _schemas: None,
    "string": _text,
}
