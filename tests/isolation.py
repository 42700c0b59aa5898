"""The isolation kit: whatever one owner does, nothing that another can observe changes.

It is applied to a resource's router as it stands, generated and hand-written routes alike: random requests
of two owners, interleaved, on rows that both have under the same ids. What the second owner gets must be
what it gets when the first is not there.
"""

import random
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from fastapi.routing import APIRoute

from routers import ResourceRouter

LENGTH = 24
"""Requests in one walk."""

INTRUDER, WITNESS = "intruder", "witness"
IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]

Step = tuple[str, str, str, Any, dict[str, str]]
"""Who asks, the method, the path, the body and the headers."""

Ask = Callable[[Step], Awaitable[httpx.Response]]

_CHANGING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\.[0-9a-f]{14}(?=[0-9a-f]{32})")
_NAME = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_TAGS = [{}, {}, {}, {"If-Match": '"1"'}, {"If-Match": "*"}, {"If-None-Match": "*"}, {"If-None-Match": '"2"'}]


def steps(router: ResourceRouter[Any], seed: int) -> list[Step]:
    """Requests to random routes of a router, by both owners."""
    chance = random.Random(seed)  # noqa: S311 # a repeatable walk is wanted
    routes = _routes(router)
    return [_request(router, chance.choice(routes), chance) for _ in range(LENGTH)]


def seeding(router: ResourceRouter[Any]) -> list[Step]:
    """The requests that give both owners rows under the same ids, in different states."""
    return [
        (owner, "PUT", f"{router.prefix}/{row_id}", _body(router, text), {})
        for owner, text in ((WITNESS, "seen"), (INTRUDER, "hidden"))
        for row_id in IDS[:2]
    ]


async def leak(ask: Ask, empty: Callable[[], None], router: ResourceRouter[Any], seed: int) -> str | None:
    """What the witness could notice of the intruder in one walk; None where there is nothing."""
    walk = seeding(router) + steps(router, seed)
    empty()
    together = await transcript(ask, walk, alone=False)
    empty()
    alone = await transcript(ask, walk, alone=True)
    for with_intruder, without in zip(together, alone, strict=True):
        if with_intruder != without:
            return f"seed {seed}: {with_intruder} is {without} without the other owner"
    return None


async def transcript(ask: Ask, everything: Sequence[Step], *, alone: bool) -> list[tuple[Any, ...]]:
    """What the witness gets, with ids and times named by their first appearance."""
    names: dict[str, str] = {}
    seen = []
    for step in everything:
        if alone and step[0] != WITNESS:
            continue
        response = await ask(step)
        if step[0] == WITNESS:
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            text = f"{response.status_code} {headers} {response.text}"
            text = _CHANGING.sub("~", text)
            seen.append((*step[:3], _NAME.sub(lambda found: _named(names, found[0]), text)))
    return seen


def _named(names: dict[str, str], name: str) -> str:
    return names.setdefault(name.replace("-", ""), f"row {len(names)}")


def _routes(router: ResourceRouter[Any]) -> list[APIRoute]:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    assert len(routes) >= 6
    return routes


def _request(router: ResourceRouter[Any], route: APIRoute, chance: random.Random) -> Step:
    (method,) = route.methods or {"GET"}
    owner = chance.choice([INTRUDER, WITNESS])
    path = re.sub(r"\{[^}]+\}", chance.choice(IDS), route.path)
    if method == "GET" and path == router.prefix:
        path += chance.choice(["", "?limit=1", "?limit=2"])
    body = _body(router, chance.choice(["one", "two"])) if route.body_field is not None else None
    return owner, method, path, body, chance.choice(_TAGS)


def _body(router: ResourceRouter[Any], text: str) -> dict[str, Any]:
    """A body of the resource's create shape: its text members say `text`."""
    fields = router.resource.create.model_fields
    return {name: text for name, field in fields.items() if field.annotation in (str, str | None)}
