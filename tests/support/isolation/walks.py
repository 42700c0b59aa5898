"""Walks: sequences of random requests of both owners."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tests.support.isolation.creations import Creations
from tests.support.isolation.ids import INTRUDER, WITNESS, RowIds
from tests.support.isolation.operations import Api, Operation, Step
from tests.support.isolation.values import Json, Values

Ids = Callable[[int, str], Sequence[str]]
"""A function that returns the ids for a parameter or a member of a router's operations."""

WALK_LENGTH = 40
"""The number of random requests in one walk."""

EXAMPLES_SHARE = 0.75
"""The share of requests whose members with examples have no other values."""

UNCONDITIONAL_SHARE = 0.4
"""The share of requests without preconditions, of those to operations that read them."""

PAGING = {"limit", "cursor", "sort", "count"}
PAGING_SHARE = 0.4
"""The share of requests for a page that have each of these parameters."""

DELETIONS_SHARE = 0.1
"""The share of walks that end with deletions: a row that others refer to cannot be deleted before them."""

LAST_CURSOR = "last-cursor"
"""What stands in a query for the cursor of the last page that the owner got from the same path."""

_OWNERS = (INTRUDER, WITNESS, WITNESS)


def walk(api: Api, ids: RowIds, seed: int) -> list[Step]:
    """Return the requests of a seed: those that create rows, then random ones, most of them to one router.

    The first random ones are those of the witness for rows of the intruder. PUT would create them.
    """
    rng = random.Random(seed)  # noqa: S311 # walks must be repeatable
    groups = [each for each in api.operations if each]
    favourite = groups[seed % len(groups)]
    chosen = [favourite if rng.random() < 0.75 else rng.choice(groups) for _ in range(WALK_LENGTH)]
    probes = [_step(api, ids.foreign, each, rng, WITNESS) for each in favourite if each.method != "PUT"]
    steps = [_step(api, ids.of, rng.choice(each), rng, rng.choice(_OWNERS)) for each in chosen]
    creations = Creations(api, ids, rng)
    created = [*creations.steps()]
    deletions = creations.deletions() if rng.random() < DELETIONS_SHARE else ()
    return [*created, *probes, *steps, *deletions]


def _step(api: Api, ids: Ids, operation: Operation, rng: random.Random, owner: str) -> Step:
    only_examples = rng.random() < EXAMPLES_SHARE
    values = Values(api.schemas, rng, lambda name: ids(operation.router, name), only_examples)
    places: dict[str, Json] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in _some_parameters(operation, rng):
        name = parameter["name"]
        places[parameter["in"]][name] = values.value(parameter["schema"], name)
    if "cursor" in places["query"]:
        places["query"]["cursor"] = LAST_CURSOR
    unconditional = not operation.preconditions or rng.random() < UNCONDITIONAL_SHARE
    preconditions = {} if unconditional else rng.choice(operation.preconditions)
    path = operation.path.format_map(
        {name: quote(_text(each), safe="") for name, each in places["path"].items()}
    )
    query = urlencode({name: _texts(each) for name, each in places["query"].items()}, doseq=True)
    return Step(
        owner,
        operation,
        f"{path}?{query}" if query else path,
        [None if operation.body is None else values.value(operation.body)],
        {**{name: _text(each) for name, each in places["header"].items()}, **preconditions},
    )


def _some_parameters(operation: Operation, rng: random.Random) -> list[Json]:
    """Return the required parameters and a few others: many filters together would match no row."""
    required = [each for each in operation.parameters if each.get("required")]
    optional = [each for each in operation.parameters if each not in required]
    paging = [each for each in optional if each["name"] in PAGING and rng.random() < PAGING_SHARE]
    others = [each for each in optional if each["name"] not in PAGING]
    return [*required, *paging, *rng.sample(others, min(len(others), rng.choice([0, 0, 1, 2])))]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in (value if isinstance(value, list) else [value]) if each is not None]
