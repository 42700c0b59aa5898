"""The requests that create rows of every resource before a walk, and those that delete them after it."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from routers.tables.row_constraints import key_columns, uniques
from tests.support.isolation.ids import CREATED, IDS, INTRUDER, WITNESS, RowIds, placeholder
from tests.support.isolation.operations import Api, Operation, Step
from tests.support.isolation.scalars import scalars
from tests.support.isolation.values import Json, Values, resolve

ATTEMPTS = 20
"""The number of bodies for one row: rules over several members may reject some of them."""


class Creations:
    """Generates the requests that create rows, with the same ids for both owners if clients choose them."""

    def __init__(self, api: Api, ids: RowIds, rng: random.Random) -> None:
        """Start without rows."""
        self._api = api
        self._ids = ids
        self._rng = rng
        self._created: set[int] = set()

    def steps(self) -> Iterator[Step]:
        """Yield the requests."""
        for router in _in_order(self._api, self._ids):
            operation = self._operation(router)
            if operation is None:  # only custom routes create its rows
                continue
            # A leak then changes a response to the witness.
            for owner in (INTRUDER, WITNESS):
                for number, row_id in enumerate(CREATED[owner]):
                    url, bodies = self._url(operation, row_id), self._bodies(operation, owner, number)
                    yield Step(owner, operation, url, bodies, creates=True)
            self._created.add(router)

    def deletions(self) -> Iterator[Step]:
        """Yield requests that delete the rows, those that refer to others first."""
        for router in reversed([*_in_order(self._api, self._ids)]):
            resource = self._api.resources[router]
            if router in self._created and "delete" in resource.operations:
                operation = self._api.operation(router, "DELETE", f"/{{{resource.id_parameter}}}")
                for owner in (INTRUDER, WITNESS):
                    for row_id in self._ids_of(owner, router):
                        yield Step(owner, operation, self._url(operation, row_id))

    def _url(self, operation: Operation, row_id: str) -> str:
        parameter = self._api.resources[operation.router].id_parameter
        return operation.path.replace(f"{{{parameter}}}", row_id)

    def _operation(self, router: int) -> Operation | None:
        resource = self._api.resources[router]
        if "put" in resource.operations:
            return self._api.operation(router, "PUT", f"/{{{resource.id_parameter}}}")
        return self._api.operation(router, "POST", "") if "create" in resource.operations else None

    def _bodies(self, operation: Operation, owner: str, number: int) -> list[Json]:
        """Return bodies, at first with examples only; unique members depend on the number of the row."""
        assert operation.body is not None
        resource = self._api.resources[operation.router]
        table = resource.table
        unique = {column.name for each in uniques(table) for column in key_columns(table, each)}

        schema = resolve(operation.body, self._api.schemas)
        members = schema["properties"]

        def ids(name: str) -> Sequence[str | None]:
            existing = self._existing(operation.router, name, owner)
            if not existing and name in schema.get("required", ()):
                raise LookupError(
                    f"{operation} needs a row for {name}, and there is none: insert rows into its table in a "
                    f"migration if it is public; else make {name} optional."
                )
            return [existing[number % len(existing)]] if name in unique and existing else existing or [None]

        numbered = {name: self._numbered(members[name], number) for name in unique & members.keys()}
        numbered = {name: each for name, each in numbered.items() if each is not None}
        attempts = [attempt < ATTEMPTS / 2 for attempt in range(ATTEMPTS)]
        values = (Values(self._api.schemas, self._rng, ids, only_examples) for only_examples in attempts)
        return [each.value(operation.body) | numbered for each in values]

    def _numbered(self, schema: Json, number: int) -> Any:
        """Return a value that differs from those with other numbers; None for a UUID or a JSON value."""
        examples = schema.get("examples", [])
        (plain, *_) = (each for each in schema.get("anyOf", [schema]) if each.get("type") != "null")
        plain = resolve(plain, self._api.schemas)
        if plain.get("format") == "uuid" or plain.get("type") in {"object", "array"}:
            return None
        different = list(dict.fromkeys([*examples, *scalars(plain)]))
        return different[number % len(different)]

    def _existing(self, router: int, name: str, owner: str) -> Sequence[str]:
        """Return the ids of the rows that a member can refer to by now."""
        target = self._ids.targets[router].get(name)
        if target is None:
            return IDS
        if self._api.resources[target].public:
            return self._ids.public.get(target, ())
        if target not in self._created:
            return ()
        return self._ids_of(owner, target)

    def _ids_of(self, owner: str, router: int) -> Sequence[str]:
        has_put = "put" in self._api.resources[router].operations
        return CREATED[owner] if has_put else [placeholder(owner, router)]


def _in_order(api: Api, ids: RowIds) -> Iterator[int]:
    """Yield the routers of owned resources, those that others refer to first."""
    waiting = {index for index, resource in api.resources.items() if not resource.public}
    while waiting:
        free = (
            each
            for each in sorted(waiting)
            if not (waiting - {each}).intersection(ids.targets[each].values())
        )
        router = next(free, min(waiting))  # in a circle of references, the first one starts without them
        waiting.remove(router)
        yield router
