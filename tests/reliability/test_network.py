"""Faults of the connections between `todo serve` and PostgreSQL."""

import os
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Services, api
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

Inject = Callable[[FaultProxy], None]


def slow(seconds: float) -> Inject:
    def inject(proxy: FaultProxy) -> None:
        proxy.delay = seconds
        time.sleep(2)
        proxy.heal()

    return inject


def cut(proxy: FaultProxy) -> None:
    for _ in range(10):
        proxy.cut()
        time.sleep(0.2)


def refuse(proxy: FaultProxy) -> None:
    proxy.refuse()
    proxy.cut()
    time.sleep(2)
    proxy.heal()


def hold(proxy: FaultProxy) -> None:
    """Deliver nothing for a while, as on a lossy network."""
    proxy.hold()
    time.sleep(4)
    proxy.heal()


def hold_responses(proxy: FaultProxy) -> None:
    proxy.hold(requests=False)
    time.sleep(4)
    proxy.heal()


def drop(proxy: FaultProxy) -> None:
    proxy.drop()
    time.sleep(4)
    proxy.heal()


def truncate(proxy: FaultProxy) -> None:
    proxy.change_responses(lambda part: part[:9], cut=True)
    time.sleep(2)
    proxy.heal()


def garble(proxy: FaultProxy) -> None:
    proxy.change_responses(lambda part: os.urandom(len(part)))
    time.sleep(2)
    proxy.heal()
    proxy.cut()  # a message that never becomes complete is the fault of before, not the time after it


def suspend(seconds: float) -> Inject:
    """Drop the idle connections and start for some time when the next one arrives, as Neon does."""

    def inject(proxy: FaultProxy) -> None:
        proxy.hold()
        proxy.cut()
        time.sleep(seconds)
        proxy.heal()

    return inject


@faults(
    Fault("20 ms of latency for 2 s", slow(0.02), harmless=True, deep=True),
    Fault("200 ms of latency for 2 s", slow(0.2), deep=True),
    Fault("connections cut, 10 times", cut, rounds=5),
    Fault("connections refused for 2 s", refuse, visible=True, deep=True),
    Fault("nothing delivered for 4 s, then everything", hold, visible=True, deep=True),
    Fault("only requests delivered for 4 s, then the responses", hold_responses, visible=True, deep=True),
    Fault("all packets lost for 4 s", drop, visible=True, deep=True),
    Fault("responses truncated, connections closed", truncate, visible=True, deep=True),
    Fault("responses replaced by random bytes", garble, visible=True, deep=True),
    Fault("compute suspended, starts in 0.5 s", suspend(0.5), deep=True),
    Fault("compute suspended, starts in 5 s", suspend(5), visible=True, deep=True),
)
async def test_no_acknowledged_write_is_lost_when_the_network_fails(
    fault: Fault, measure: Measure, services: Services, server_url: str
) -> None:
    url = migrated_database(server_url, f"faults-{uuid4()}")
    with fault_proxy(url) as proxy:
        service = services.todo(DATABASE_URL=proxy.url)
        await measure(fault, proxy, [api(service)])
