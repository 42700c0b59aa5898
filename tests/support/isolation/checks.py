"""Find leaks, and operations whose leaks no walk could find."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from routers import ScopedRouter
from tests.support.isolation.ids import OWNERS, WITNESS, RowIds
from tests.support.isolation.operations import Api, Step
from tests.support.isolation.session import Send, Session, public_ids
from tests.support.isolation.walks import walk
from tests.support.shortened import difference


@dataclass(frozen=True)
class Isolation:
    """The isolation between the owners of an application.

    Attributes:
        routers: The routers of the application's resources, and its other routers whose routes have scopes.
        document: The OpenAPI document of the application.
        send: A function that sends a request.
        empty: A function that deletes the rows of all owners.
    """

    routers: Sequence[ScopedRouter]
    document: Mapping[str, Any]
    send: Send
    empty: Callable[[], None]

    @cached_property
    def _api(self) -> Api:
        return Api(self.routers, self.document)

    async def find_leak(self, seed: int) -> str | None:
        """Describe the first response to the witness that depends on the intruder in one walk, if any.

        Raises:
            AssertionError: a row that other requests need cannot be created.
        """
        steps = await self._walk(seed)
        together = await self._run(steps)
        alone = await self._run([step for step in steps if step.owner == WITNESS])
        # Only after a difference can their lengths differ.
        for (request, actual), (_, expected) in zip(together.transcript, alone.transcript, strict=False):
            if actual != expected:
                return (
                    f"seed {seed}: the response to {request} depends on another owner. It contains\n"
                    + "\nand without the other owner\n".join(difference(actual, expected))
                )
        assert not together.not_created, together.not_created[0]
        return None

    async def find_unreached(self, seeds: Iterable[int]) -> list[str]:
        """Describe each operation that succeeds for an owner in none of the walks."""
        missing = {(owner, each) for each in self._api.all_operations for owner in OWNERS}
        failures: dict[Any, str] = {}
        for seed in seeds:
            session = await self._run(await self._walk(seed))
            missing -= session.succeeded
            failures |= session.failures
            if not missing:
                return []
        return sorted(
            f"{operation} never succeeded for the {owner}: {operation.advice}. "
            f"The last response was {failures.get((owner, operation), 'none')}"
            for owner, operation in missing
        )

    async def _walk(self, seed: int) -> list[Step]:
        return walk(self._api, RowIds(self._api, await public_ids(self._api, self.send)), seed)

    async def _run(self, steps: Iterable[Step]) -> Session:
        self.empty()
        session = Session(self.send)
        await session.run(steps)
        return session
