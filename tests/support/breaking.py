"""What breaks for a client when one OpenAPI document takes the place of another."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

TIGHTER = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "multipleOf"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), min),
}
"""Of two bounds, the one that admits less."""


class Break(NamedTuple):
    """A change that a client may notice.

    Attributes:
        operation: The operation that it is about, or the security scheme.
        change: What has changed, with its place.
    """

    operation: str
    change: str


def breaks(old: Json, new: Json) -> Iterator[Break]:
    """What a client of the old document can no longer rely on.

    Bounds and patterns count where they narrow what may be sent; in answers, what may be there at all.
    """
    for name, scheme in old["components"].get("securitySchemes", {}).items():
        now = new["components"].get("securitySchemes", {}).get(name, {})
        if any(scheme.get(part) != now.get(part) for part in ("type", "in", "name", "scheme")):
            yield Break(name, "the security scheme has changed")
    for path, operations in old["paths"].items():
        for method, before in operations.items():
            after = new["paths"].get(path, {}).get(method)
            change = _Comparison(old, new)
            for sentence in change.operation(before, after):
                yield Break(before["operationId"], sentence)


class _Comparison:
    """Two documents, compared part by part."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new

    def operation(self, before: Json, after: Json | None) -> Iterator[str]:
        if after is None:
            yield "it is gone"
            return
        if after["operationId"] != before["operationId"]:
            yield f"it is called {after['operationId']} now"
        if after.get("security") != before.get("security"):
            yield "who may call it has changed"
        yield from self._parameters(before, after)
        yield from self._body(before.get("requestBody"), after.get("requestBody"))
        for status, answer in before["responses"].items():
            if status.startswith(("2", "3")):
                yield from self._answer(status, answer, after["responses"].get(status))

    def _parameters(self, before: Json, after: Json) -> Iterator[str]:
        there = {(each["in"], each["name"]): each for each in after.get("parameters", ())}
        for each in before.get("parameters", ()):
            now = there.pop((each["in"], each["name"]), None)
            if now is None:
                yield f"the parameter {each['name']} is gone"
                continue
            if now.get("required") and not each.get("required"):
                yield f"the parameter {each['name']} is required now"
            yield from self._narrowed(each["schema"], now["schema"], f"parameter {each['name']}")
        yield from (
            f"the parameter {name} is new and required"
            for (_, name), each in there.items()
            if each.get("required")
        )

    def _body(self, before: Json | None, after: Json | None) -> Iterator[str]:
        if after and after.get("required") and not (before and before.get("required")):
            yield "a body is required now"
        for kind, media in (before or {"content": {}})["content"].items():
            now = (after or {"content": {}})["content"].get(kind)
            if now is None:
                yield f"a body of {kind} is no longer taken"
            else:
                yield from self._narrowed(media["schema"], now["schema"], "body")

    def _answer(self, status: str, before: Json, after: Json | None) -> Iterator[str]:
        if after is None:
            yield f"it no longer answers {status}"
            return
        for name in sorted(set(before.get("headers", ())) - set(after.get("headers", ()))):
            yield f"the answer {status} has no {name}"
        for kind, media in before.get("content", {}).items():
            now = after.get("content", {}).get(kind)
            if now is None:
                yield f"the answer {status} is no longer {kind}"
            else:
                # What is answered now must be what could be answered before.
                turned = _Comparison(self.new, self.old)
                yield from turned._narrowed(now["schema"], media["schema"], f"answer {status}", bounds=False)

    def _narrowed(self, before: Json, after: Json, place: str, *, bounds: bool = True) -> Iterator[str]:
        """Where something that the one schema admits is refused by the other."""
        before, after = _resolved(before, self.old), _resolved(after, self.new)
        kinds, left = _alternatives(before), _alternatives(after)
        if len(kinds) > 1 or len(left) > 1:
            for kind in kinds:
                if all([*self._narrowed(kind, other, place, bounds=bounds)] for other in left):
                    yield f"{place}: what may be there has changed"
            return
        if after.get("type") not in {None, before.get("type")}:
            yield f"{place}: the type has changed"
        for word in ("enum", "const"):
            allowed, had = _values(after, word), _values(before, word)
            if allowed is not None and (had is None or not had <= allowed):
                yield f"{place}: a value is missing"
        if bounds:
            yield from _tighter(before, after, place)
        yield from self._members(before, after, place, bounds=bounds)
        if "items" in before and "items" in after:
            yield from self._narrowed(before["items"], after["items"], f"{place}[]", bounds=bounds)

    def _members(self, before: Json, after: Json, place: str, *, bounds: bool) -> Iterator[str]:
        for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
            yield f"{place}: {name} has to be there on one side and may be absent on the other"
        known = after.get("properties", {})
        for name, member in before.get("properties", {}).items():
            if name in known:
                yield from self._narrowed(member, known[name], f"{place}.{name}", bounds=bounds)
            elif after.get("additionalProperties") is False:
                yield f"{place}: {name} is not known"


def _resolved(schema: Json, document: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _alternatives(schema: Json) -> list[Json]:
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def _values(schema: Json, word: str) -> set[str] | None:
    if word not in schema:
        return None
    return {repr(value) for value in (schema[word] if word == "enum" else [schema[word]])}


def _tighter(before: Json, after: Json, place: str) -> Iterator[str]:
    for word, tighter in TIGHTER.items():
        if word in after and (word not in before or tighter(before[word], after[word]) != before[word]):
            yield f"{place}: {word} is {after[word]} now"
    for word in ("pattern", "format"):
        if word in after and after[word] != before.get(word):
            yield f"{place}: the {word} is another"
