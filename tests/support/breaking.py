"""Compare two OpenAPI documents, and report changes that break clients."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

STRICTER = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "multipleOf"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), min),
}
"""For each keyword, the function that returns the stricter of two bounds."""


class BreakingChange(NamedTuple):
    """A change that breaks clients.

    Attributes:
        operation: The id of the operation, or the name of the security scheme.
        change: What has changed, and where.
    """

    operation: str
    change: str


def breaking_changes(old: Json, new: Json) -> Iterator[BreakingChange]:
    """Yield the changes that break clients of the old document.

    Bounds and patterns count in requests; in responses, only which fields and types there are.
    """
    for name, scheme in old["components"].get("securitySchemes", {}).items():
        after = new["components"].get("securitySchemes", {}).get(name, {})
        if any(scheme.get(part) != after.get(part) for part in ("type", "in", "name", "scheme")):
            yield BreakingChange(name, "the security scheme has changed")
    comparison = _Comparison(old, new)
    for path, operations in old["paths"].items():
        for method, before in operations.items():
            for change in comparison.operation(before, new["paths"].get(path, {}).get(method)):
                yield BreakingChange(before["operationId"], change)


class _Comparison:
    """The comparison of two documents, part by part."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new

    def operation(self, before: Json, after: Json | None) -> Iterator[str]:
        if after is None:
            yield "the operation was removed"
            return
        if after["operationId"] != before["operationId"]:
            yield f"the operation was renamed to {after['operationId']}"
        if after.get("security") != before.get("security"):
            yield "the security requirement has changed"
        yield from self._parameters(before, after)
        yield from self._body(before.get("requestBody"), after.get("requestBody"))
        for status, response in before["responses"].items():
            if status.startswith(("2", "3")):
                yield from self._response(status, response, after["responses"].get(status))

    def _parameters(self, before: Json, after: Json) -> Iterator[str]:
        added = {(each["in"], each["name"]): each for each in after.get("parameters", ())}
        for each in before.get("parameters", ()):
            new = added.pop((each["in"], each["name"]), None)
            if new is None:
                yield f"the parameter {each['name']} was removed"
                continue
            if new.get("required") and not each.get("required"):
                yield f"the parameter {each['name']} is now required"
            yield from self._schema(each["schema"], new["schema"], f"parameter {each['name']}")
        yield from (
            f"the required parameter {name} was added"
            for (_, name), each in added.items()
            if each.get("required")
        )

    def _body(self, before: Json | None, after: Json | None) -> Iterator[str]:
        if after and after.get("required") and not (before and before.get("required")):
            yield "the body is now required"
        for media_type, media in (before or {"content": {}})["content"].items():
            new = (after or {"content": {}})["content"].get(media_type)
            if new is None:
                yield f"the body can no longer be {media_type}"
            else:
                yield from self._schema(media["schema"], new["schema"], "body")

    def _response(self, status: str, before: Json, after: Json | None) -> Iterator[str]:
        if after is None:
            yield f"the response {status} was removed"
            return
        for name in sorted(set(before.get("headers", ())) - set(after.get("headers", ()))):
            yield f"the header {name} of the response {status} was removed"
        for media_type, media in before.get("content", {}).items():
            new = after.get("content", {}).get(media_type)
            if new is None:
                yield f"the response {status} is no longer {media_type}"
            else:
                # The other way round: each new response must have been possible before.
                reverse = _Comparison(self.new, self.old)
                place = f"response {status}"
                yield from reverse._schema(new["schema"], media["schema"], place, bounds=False)

    def _schema(self, before: Json, after: Json, place: str, *, bounds: bool = True) -> Iterator[str]:
        """Yield where a value is valid for the first schema, but not for the second."""
        before, after = _resolved(before, self.old), _resolved(after, self.new)
        old_types, new_types = _alternatives(before), _alternatives(after)
        if len(old_types) > 1 or len(new_types) > 1:
            for old_type in old_types:
                if all([*self._schema(old_type, new_type, place, bounds=bounds)] for new_type in new_types):
                    yield f"{place}: the accepted types have changed"
            return
        if after.get("type") not in {None, before.get("type")}:
            yield f"{place}: the type has changed"
        for keyword in ("enum", "const"):
            old_values, new_values = _values(before, keyword), _values(after, keyword)
            if new_values is not None and (old_values is None or not old_values <= new_values):
                yield f"{place}: a value was removed"
        if bounds:
            yield from _stricter_bounds(before, after, place)
        yield from self._fields(before, after, place, bounds=bounds)
        if "items" in before and "items" in after:
            yield from self._schema(before["items"], after["items"], f"{place}[]", bounds=bounds)

    def _fields(self, before: Json, after: Json, place: str, *, bounds: bool) -> Iterator[str]:
        for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
            yield f"{place}: {name} is required on one side and optional on the other"
        known = after.get("properties", {})
        for name, field in before.get("properties", {}).items():
            if name in known:
                yield from self._schema(field, known[name], f"{place}.{name}", bounds=bounds)
            elif after.get("additionalProperties") is False:
                yield f"{place}: {name} was removed"


def _resolved(schema: Json, document: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _alternatives(schema: Json) -> list[Json]:
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def _values(schema: Json, keyword: str) -> set[str] | None:
    if keyword not in schema:
        return None
    return {repr(value) for value in (schema[keyword] if keyword == "enum" else [schema[keyword]])}


def _stricter_bounds(before: Json, after: Json, place: str) -> Iterator[str]:
    for keyword, stricter in STRICTER.items():
        if keyword in after and (
            keyword not in before or stricter(before[keyword], after[keyword]) != before[keyword]
        ):
            yield f"{place}: {keyword} is now {after[keyword]}"
    for keyword in ("pattern", "format"):
        if keyword in after and after[keyword] != before.get(keyword):
            yield f"{place}: the {keyword} has changed"
