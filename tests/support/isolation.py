"""The isolation kit: whatever one owner does, nothing that another can observe changes.

It is applied to resources' routers as they stand, generated and hand-written routes alike: random requests
of two owners, interleaved, on rows that both have under the same ids and on some that only one has. What
the second owner gets must be what it gets when the first is not there.
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

LENGTH = 40
"""Requests in one walk."""

INTRUDER, WITNESS = "intruder", "witness"
OWN = "own"
"""Stands in a path for the id of the row that the witness got last, which the server may have made."""

Routers = Sequence[ResourceRouter[Any]]


@dataclass(frozen=True)
class Step:
    """One request: who asks for what."""

    owner: str
    method: str
    path: str
    body: Any
    headers: dict[str, str]


Ask = Callable[[Step], Awaitable[httpx.Response]]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_CURSOR = re.compile(r'"(-?\w+)\.([0-9a-f]*)([0-9a-f]{32})"')
_NAME = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_TAGS = [
    *({}, {}, {}, {}, {"If-Match": '"1"'}, {"If-Match": '"9"'}, {"If-Match": '"9"'}, {"If-Match": "*"}),
    *({"If-None-Match": "*"}, {"If-None-Match": '"2"'}),
]


async def leak(ask: Ask, empty: Callable[[], None], routers: Routers, seed: int) -> str | None:
    """What the witness could notice of the intruder in one walk; None where there is nothing."""
    chance = random.Random(seed)  # noqa: S311 # a repeatable walk is wanted
    walk = [*_seeding(routers, chance), *_walk(routers, seed, chance)]
    empty()
    together = await _transcript(ask, walk)
    empty()
    alone = await _transcript(ask, [step for step in walk if step.owner == WITNESS])
    for with_intruder, without in zip(together, alone, strict=True):
        if with_intruder != without:
            return f"seed {seed}: {with_intruder} is {without} without the other owner"
    return None


def _seeding(routers: Routers, chance: random.Random) -> list[Step]:
    """The requests that give both owners rows under the same ids, what is referred to first."""
    ours = [router for router in routers if not router.resource.public]
    ours.sort(key=lambda router: router.resource.table.metadata.sorted_tables.index(router.resource.table))
    steps = []
    for router in ours:
        for owner, ids in ((WITNESS, IDS[:2]), (INTRUDER, IDS[:3])):
            for row_id in ids:
                body = body_for(router.resource, chance, row_id, targets_under=2)
                if "put" in router.resource.operations:
                    steps.append(Step(owner, "PUT", f"{router.prefix}/{row_id}", body, {"Seed": "yes"}))
                elif "create" in router.resource.operations:
                    steps.append(Step(owner, "POST", router.prefix, body, {"Seed": "yes"}))
    return steps


def _walk(routers: Routers, seed: int, chance: random.Random) -> list[Step]:
    """Requests to random routes by both owners, most of them to one resource."""
    favourite = routers[seed % len(routers)]
    chosen = [favourite if chance.random() < 0.75 else chance.choice(routers) for _ in range(LENGTH)]
    return [_request(router, chance) for router in chosen]


def _request(router: ResourceRouter[Any], chance: random.Random) -> Step:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(router.routes) > 0
    route = chance.choice(routes)
    (method,) = route.methods or {"GET"}
    owner = chance.choice([INTRUDER, WITNESS, WITNESS])
    row_id = chance.choice([*IDS, OWN])
    path = re.sub(r"\{[^}]+\}", row_id, route.path)
    if method == "GET" and path == router.prefix:
        path += f"?limit={chance.choice([1, 2, 100])}&sort={chance.choice(router.resource.sorts)}"
    body = None
    if route.body_field is not None:
        body = body_for(router.resource, chance, row_id, patch=method == "PATCH")
    return Step(owner, method, path, body, chance.choice(_TAGS))


async def _transcript(ask: Ask, walk: Sequence[Step]) -> list[tuple[Any, ...]]:
    """What the witness gets, with ids and times named by their first appearance."""
    names: dict[str, str] = {}
    seen = []
    own = IDS[0]
    for step in walk:
        path = step.path.replace(f"/{OWN}", f"/{own}")
        response = await ask(Step(step.owner, step.method, path, step.body, step.headers))
        if "Seed" in step.headers and step.owner == WITNESS:
            assert response.status_code == 201, f"give the create shape examples: {response.text}"
        if step.owner == WITNESS:
            if response.status_code in {200, 201} and step.method != "GET":
                own = response.json().get("id", own)
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            text = f"{response.status_code} {headers} {response.text}"
            seen.append((step.method, step.path, _without_chance(text, names)))
    return seen


def _without_chance(text: str, names: dict[str, str]) -> str:
    text = _CURSOR.sub(_position, _TIME.sub("~", text))
    return _NAME.sub(lambda found: _named(names, found[0]), text)


def _position(cursor: re.Match[str]) -> str:
    """A cursor's parts: its key, unless that is a time of this run, apart from its id."""
    sort, key, row_id = cursor.groups()
    return f"{sort} {'~' if sort.endswith('_at') else ':'.join(key)} {row_id}"


def _named(names: dict[str, str], name: str) -> str:
    return names.setdefault(name.replace("-", ""), f"row {len(names)}")
