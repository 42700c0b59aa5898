"""The ids in requests: of rows that both owners have, of rows of one of them, and of no row."""

from collections.abc import Mapping, Sequence
from typing import Any

from routers import Resource
from routers.tables.foreign_keys import references
from tests.support.isolation.operations import Api

INTRUDER, WITNESS = "intruder", "witness"
OWNERS = (WITNESS, INTRUDER)

FIXED = "00000000-0000-4000-8000-"
"""The start of ids that are the same in every run."""

IDS = [f"{FIXED}00000000000{number}" for number in range(4)]

CREATED = {WITNESS: IDS[:2], INTRUDER: IDS[:3]}
"""The ids of the rows that each owner has at first."""


def placeholder(owner: str, router: int) -> str:
    """Return what stands in requests for the id of a row that an owner wrote through a router.

    For the witness this is the last row, for the intruder the first. The server may have generated the id.
    """
    return f"{FIXED}{1 + OWNERS.index(owner):04}{router:08}"


class RowIds:
    """The ids that requests contain.

    Attributes:
        pools: The ids for the rows of each resource, by the index of its router.
        public: The ids of public rows, by the index of their router.
        targets: The routers of the resources that the members of a resource refer to, by its index.
    """

    def __init__(self, api: Api, public: Mapping[int, Sequence[str]]) -> None:
        """Take the ids of public rows, by the index of their router."""
        self.public = public
        self.pools = {
            index: public.get(index) or _owned_ids(index, each) for index, each in api.resources.items()
        }
        tables = {each.table: index for index, each in api.resources.items()}
        self.targets = {
            index: {
                column: tables[each.referred_table]
                for column, each in references(resource.table).items()
                if each.referred_table in tables
            }
            for index, resource in api.resources.items()
        }
        self._named: dict[str, list[str]] = {}
        for index, resource in api.resources.items():
            for name, target in {resource.id_parameter: index, **self.targets[index]}.items():
                self._named.setdefault(name, []).extend(self.pools[target])

    def of(self, router: int, name: str) -> Sequence[str]:
        """Return the ids for a parameter or a member of a router's operations.

        A name that says nothing may mean rows of any resource, most likely of the router's own.
        """
        if name in self._named:
            return self._named[name]
        own = self.pools.get(router, IDS)
        return [each for pool in self.pools.values() for each in (*own, *pool[: len(own)])] or own

    def foreign(self, router: int, name: str) -> Sequence[str]:
        """Return only ids that the witness does not have at first, if there are any."""
        ids = self.of(router, name)
        return [each for each in ids if is_foreign(each)] or ids


def is_foreign(row_id: str) -> bool:
    """Check for an id that only the intruder's rows have at first."""
    return row_id == IDS[2] or row_id.startswith(placeholder(INTRUDER, 0)[:-8])


def _owned_ids(router: int, resource: Resource[Any]) -> list[str]:
    last = placeholder(WITNESS, router)
    # Without PUT, the server generates all ids.
    return [*IDS, last] if "put" in resource.operations else [last, placeholder(INTRUDER, router), IDS[0]]
