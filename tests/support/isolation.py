"""A property test of isolation: no request of one owner changes a response to another.

It applies to the routers of resources as they are, with generated and custom routes. It sends random,
interleaved requests of two owners: the intruder and the witness. Both have rows with the same ids, and each
has rows that the other lacks. The responses to the witness must equal those without the intruder.
"""

import random
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.routing import APIRoute

from routers import ResourceRouter
from tests.support.bodies import IDS, body_for

WALK_LENGTH = 40
"""The number of random requests in one walk."""

INTRUDER, WITNESS = "intruder", "witness"
LAST_ID = "last-id"
"""A placeholder in paths for the id of the row that the witness wrote last; the server may generate it."""

Routers = Sequence[ResourceRouter[Any]]


@dataclass(frozen=True)
class Step:
    """One request of an owner."""

    owner: str
    method: str
    path: str
    body: Any
    headers: dict[str, str]


Send = Callable[[Step], Awaitable[httpx.Response]]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_CURSOR = re.compile(r'"(-?\w+)\.([0-9a-f]*)([0-9a-f]{32})"')
_GENERATED_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_CONDITIONAL_HEADERS = [
    *({}, {}, {}, {}, {"If-Match": '"1"'}, {"If-Match": '"9"'}, {"If-Match": '"9"'}, {"If-Match": "*"}),
    *({"If-None-Match": "*"}, {"If-None-Match": '"2"'}),
]


async def find_leak(send: Send, empty: Callable[[], None], routers: Routers, seed: int) -> str | None:
    """Describe the first response to the witness that depends on the intruder in one walk, if any."""
    rng = random.Random(seed)  # noqa: S311 # walks must be repeatable
    walk = [*_initial_writes(routers, rng), *_random_walk(routers, seed, rng)]
    empty()
    together = await _transcript(send, walk)
    empty()
    alone = await _transcript(send, [step for step in walk if step.owner == WITNESS])
    for with_intruder, without in zip(together, alone, strict=True):
        if with_intruder != without:
            return f"seed {seed}: {with_intruder} is {without} without the other owner"
    return None


def _initial_writes(routers: Routers, rng: random.Random) -> list[Step]:
    """Return requests that create rows with the same ids for both owners, referenced tables first."""
    owned = [router for router in routers if not router.resource.public]
    owned.sort(key=lambda router: router.resource.table.metadata.sorted_tables.index(router.resource.table))
    steps = []
    for router in owned:
        for owner, ids in ((WITNESS, IDS[:2]), (INTRUDER, IDS[:3])):
            for row_id in ids:
                body = body_for(router.resource, rng, row_id, targets_under=2)
                if "put" in router.resource.operations:
                    steps.append(Step(owner, "PUT", f"{router.prefix}/{row_id}", body, {"Seed": "yes"}))
                elif "create" in router.resource.operations:
                    steps.append(Step(owner, "POST", router.prefix, body, {"Seed": "yes"}))
    return steps


def _random_walk(routers: Routers, seed: int, rng: random.Random) -> list[Step]:
    """Return requests of both owners to random routes, most of them to one resource."""
    favourite = routers[seed % len(routers)]
    chosen = [favourite if rng.random() < 0.75 else rng.choice(routers) for _ in range(WALK_LENGTH)]
    return [_random_request(router, rng) for router in chosen]


def _random_request(router: ResourceRouter[Any], rng: random.Random) -> Step:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(router.routes) > 0
    route = rng.choice(routes)
    (method,) = route.methods or {"GET"}
    owner = rng.choice([INTRUDER, WITNESS, WITNESS])
    row_id = rng.choice([*IDS, LAST_ID])
    path = re.sub(r"\{[^}]+\}", row_id, route.path)
    if method == "GET" and path == router.prefix:
        path += f"?limit={rng.choice([1, 2, 100])}&sort={rng.choice(router.resource.sorts)}"
    body = None
    if route.body_field is not None:
        body = body_for(router.resource, rng, row_id, patch=method == "PATCH")
    return Step(owner, method, path, body, rng.choice(_CONDITIONAL_HEADERS))


async def _transcript(send: Send, walk: Sequence[Step]) -> list[tuple[Any, ...]]:
    """Return the responses to the witness, with ids and times replaced by stable names."""
    names: dict[str, str] = {}
    transcript = []
    last_id = IDS[0]
    for step in walk:
        path = step.path.replace(f"/{LAST_ID}", f"/{last_id}")
        response = await send(Step(step.owner, step.method, path, step.body, step.headers))
        if "Seed" in step.headers and step.owner == WITNESS:
            assert response.status_code == 201, f"add examples to the create schema: {response.text}"
        if step.owner == WITNESS:
            if response.status_code in {200, 201} and step.method != "GET":
                last_id = response.json().get("id", last_id)
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            text = f"{response.status_code} {headers} {response.text}"
            transcript.append((step.method, step.path, _normalize(text, names)))
    return transcript


def _normalize(text: str, names: dict[str, str]) -> str:
    text = _CURSOR.sub(_cursor_parts, _TIME.sub("~", text))
    return _GENERATED_ID.sub(lambda match: _stable_name(names, match[0]), text)


def _cursor_parts(cursor: re.Match[str]) -> str:
    """Separate the parts of a cursor; its key is omitted if it is a time of this run."""
    sort, key, row_id = cursor.groups()
    return f"{sort} {'~' if sort.endswith('_at') else ':'.join(key)} {row_id}"


def _stable_name(names: dict[str, str], row_id: str) -> str:
    """Return the name of a generated id, numbered by its first appearance."""
    return names.setdefault(row_id.replace("-", ""), f"row {len(names)}")
