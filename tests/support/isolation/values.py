"""Random values that match the JSON Schemas of an OpenAPI document."""

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.isolation.scalars import scalars
from tests.support.shortened import shortened

Json = dict[str, Any]

MAX_DEPTH = 6
"""The depth at which values have only what is required, so recursive schemas end."""

OPTIONAL_SHARE = 0.6
"""The share of optional members that a value has."""

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Values:
    """A generator of values.

    Attributes:
        schemas: The schemas that a `$ref` names.
        rng: The source of randomness.
        ids: A function that returns the ids for a UUID, by the name of its member or parameter.
        only_examples: Whether a schema with examples has no other values.
    """

    schemas: Mapping[str, Json]
    rng: random.Random
    ids: Callable[[str], Sequence[Any]]
    only_examples: bool

    def value(self, schema: Json, name: str = "", depth: int = 0) -> Any:
        """Return a value; the name is that of the member or parameter."""
        schema = resolve(schema, self.schemas)
        if schema.get("format") == "uuid":
            return self.rng.choice(self.ids(name))
        if schema.get("examples") and (self.only_examples or self.rng.random() < OPTIONAL_SHARE):
            return self._with_ids(self.rng.choice(schema["examples"]), name)
        if alternatives := schema.get("anyOf") or schema.get("oneOf"):
            shallow = [each for each in alternatives if each.get("type") == "null"]
            chosen = shallow if shallow and depth > MAX_DEPTH else alternatives
            return self.value(self.rng.choice(chosen), name, depth + 1)
        kind = schema.get("type")
        kind = self.rng.choice(kind) if isinstance(kind, list) else kind
        makers: dict[Any, Callable[[Json, str, int], Any]] = {"object": self._object, "array": self._array}
        make: Callable[[Json, str, int], Any] = makers.get(kind, self._scalar)
        return make(schema | {"type": kind}, name, depth)

    def _scalar(self, schema: Json, name: str, _depth: int) -> Any:
        if candidates := scalars(schema):
            return self.rng.choice(candidates)
        raise LookupError(f"Add examples to {name}: no simple value matches {shortened(json.dumps(schema))}.")

    def _object(self, schema: Json, _name: str, depth: int) -> Json:
        members = {
            name: self.value(part, name, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in schema.get("required", ()) or self._has_optional(depth)
        }
        others = schema.get("additionalProperties", "properties" not in schema)
        if others is False or (
            len(members) >= schema.get("minProperties", 0) and not self._has_optional(depth)
        ):
            return members
        return members | {"a": self.value(others if isinstance(others, dict) else {}, "a", depth + 1)}

    def _has_optional(self, depth: int) -> bool:
        return depth < MAX_DEPTH and self.rng.random() < OPTIONAL_SHARE

    def _array(self, schema: Json, name: str, depth: int) -> list[Any]:
        shortest = schema.get("minItems", 0)
        longest = shortest if depth > MAX_DEPTH else min(schema.get("maxItems", 3), max(shortest, 3))
        parts = [schema.get("items", {})] * self.rng.randint(shortest, longest)
        # The members of `task_ids` are ids of tasks, like `task_id`.
        items = [
            self.value(part, name.removesuffix("s"), depth + 1) for part in schema.get("prefixItems", parts)
        ]
        different = list({json.dumps(item): item for item in items}.values())
        return different if len(different) >= shortest else items

    def _with_ids(self, value: Any, name: str) -> Any:
        """Replace the ids in an example, which are those of no row."""
        if isinstance(value, dict):
            return {key: self._with_ids(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._with_ids(each, name.removesuffix("s")) for each in value]
        if isinstance(value, str) and UUID.fullmatch(value):
            return self.rng.choice(self.ids(name))
        return value


def resolve(schema: Json, schemas: Mapping[str, Json]) -> Json:
    """Return a schema, or the one that it refers to."""
    reference = schema.get("$ref")
    return resolve(schemas[reference.rpartition("/")[2]], schemas) if reference else schema
