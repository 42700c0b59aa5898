"""Rows of the fuzzer's owner: without them, no generated reference would find its target."""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import httpx

from routers import ScopedRouter
from tests.support.isolation.creations import Creations
from tests.support.isolation.ids import CREATED, WITNESS, RowIds
from tests.support.isolation.operations import Api, Operation
from tests.support.isolation.session import Request, Session, public_ids

Json = Mapping[str, Any]
Rows = dict[str, list[str]]
"""The ids of rows for the UUIDs in bodies, by their paths, such as `project_id` and `moves[*].target`."""


def create_rows(url: str, document: Json, routers: Sequence[ScopedRouter], owner: Mapping[str, str]) -> Rows:
    """Create rows at a server, with the headers of an owner, if bodies contain UUIDs."""
    api = Api(routers, document)
    paths = {each: list(uuid_paths(each.body, api.schemas)) for each in api.all_operations}
    return asyncio.run(_create_rows(url, api, owner, paths)) if any(paths.values()) else {}


async def _create_rows(
    url: str, api: Api, owner: Mapping[str, str], paths: Mapping[Operation, Sequence[str]]
) -> Rows:
    async with httpx.AsyncClient(base_url=url, headers=dict(owner)) as client:

        async def send(request: Request) -> httpx.Response:
            return await client.request(request.method, request.url, json=request.body)

        ids = RowIds(api, await public_ids(api, send))
        session = Session(send)
        steps = Creations(api, ids, random.Random(1)).steps()  # noqa: S311 # the same rows in every run
        await session.run(step for step in steps if step.owner == WITNESS)
    existing = {*CREATED[WITNESS], *session.ids.values(), *chain.from_iterable(ids.public.values())}
    rows: Rows = {}
    for operation, names in paths.items():
        for path in names:
            candidates = (session.ids.get(each, each) for each in ids.of(operation.router, _member(path)))
            rows.setdefault(path, []).extend(each for each in candidates if each in existing)
    return {path: list(dict.fromkeys(each)) for path, each in rows.items() if each}


def _member(path: str) -> str:
    """Return the name of the last member in a path; that of an item is in the singular."""
    name = path.rpartition(".")[2]
    return name.removesuffix("[*]").removesuffix("s") if name.endswith("[*]") else name


def uuid_paths(
    schema: Any, schemas: Json, path: str = "", seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the path of each UUID in a body."""
    if not isinstance(schema, dict):
        return
    if schema.get("format") == "uuid":
        yield path
    reference = schema.get("$ref", "").rpartition("/")[2]
    if reference and reference not in seen:
        yield from uuid_paths(schemas[reference], schemas, path, seen | {reference})
    for name, part in schema.get("properties", {}).items():
        yield from uuid_paths(part, schemas, f"{path}.{name}".lstrip("."), seen)
    yield from uuid_paths(schema.get("items"), schemas, f"{path}[*]", seen)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from uuid_paths(part, schemas, path, seen)
