"""Two owners' clients at work, while a fault is injected into the servers."""

import asyncio
import time
from collections.abc import Callable, Mapping

from tests.reliability.client import Client
from tests.reliability.model import Stopping
from tests.reliability.tally import Tally
from tests.reliability.writers import Conditional, Posting, Reading, Replacing

OWNERS = ("alice", "bob")
RECOVERY_SECONDS = 30.0
NORMAL_SECONDS = 0.5

Worker = Conditional | Replacing | Posting | Reading


async def inject(
    tally: Tally,
    urls: list[str],
    fault: Callable[[], None],
    *,
    rounds: int,
    supervise: Callable[[], None],
    headers: Mapping[str, str],
) -> None:
    """Run clients of two owners; inject the fault while they run; then verify all that was acknowledged.

    `fault` is called in a thread and returns when the fault is over. Until the servers have recovered,
    `supervise` is called repeatedly, to restart processes that have ended.
    """
    clients = [Client(owner, urls, tally, headers) for owner in OWNERS]
    workers = _workers(clients)
    stopping = Stopping()
    tasks = [asyncio.create_task(worker.run(stopping)) for worker in workers]
    try:
        for _ in range(rounds):
            await asyncio.sleep(NORMAL_SECONDS)
            await asyncio.to_thread(fault)
            tally.heal()
            await _recovery(tally, supervise)
        await asyncio.sleep(NORMAL_SECONDS)
        stopping.since = time.monotonic()
        await asyncio.gather(*tasks)
        for worker in workers:
            await worker.verify()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in clients:
            await client.close()


async def _recovery(tally: Tally, supervise: Callable[[], None]) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while tally.recovering:
        assert time.monotonic() < deadline, "\n".join([f"No write succeeds: {tally}", *tally.notes])
        await asyncio.to_thread(supervise)
        await asyncio.sleep(0.05)


def _workers(clients: list[Client]) -> list[Worker]:
    replacing = [Replacing(client) for client in clients]
    workers: list[Worker] = [*replacing]
    for client, foreign in zip(clients, reversed(replacing), strict=True):
        workers += [Conditional(client), Conditional(client), Posting(client), Reading(client, foreign)]
    return workers
