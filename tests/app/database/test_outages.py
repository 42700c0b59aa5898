"""The first request after an outage of the database succeeds, and requests during it are answered in time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from tests.support.fault_proxy import FaultProxy, fault_proxy
from tests.support.sql import run_sql
from tests.support.tasks import task_application, task_client

pytestmark = pytest.mark.slow

TERMINATE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'outage'"


@pytest.fixture
def proxy(task_url: str) -> Iterator[FaultProxy]:
    with fault_proxy(task_url) as proxy:
        yield proxy


@pytest.fixture
async def client(proxy: FaultProxy, task_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        task_application(f"{proxy.url}?application_name=outage") as api,
        task_client(api, task_url) as client,
    ):
        yield client


async def statuses(client: httpx.AsyncClient, count: int) -> list[int]:
    """Send requests at once and return the statuses of their responses."""
    responses = await asyncio.gather(*(client.get("/tasks") for _ in range(count)))
    return [response.status_code for response in responses]


@pytest.mark.parametrize("start", [FaultProxy.drop, FaultProxy.hold, FaultProxy.refuse])
@pytest.mark.parametrize("seconds", [0.2, 2.5])
async def test_the_first_request_after_an_outage_succeeds(
    client: httpx.AsyncClient, proxy: FaultProxy, start: Callable[[FaultProxy], None], seconds: float
) -> None:
    assert await statuses(client, 30) == [200] * 30
    start(proxy)
    proxy.cut()
    began = time.monotonic()
    during = asyncio.ensure_future(statuses(client, 30))
    await asyncio.sleep(seconds)
    proxy.heal()
    assert await statuses(client, 1) == [200]
    assert set(await during) <= {200, 503}
    assert time.monotonic() - began < 10
    assert await statuses(client, 30) == [200] * 30


async def test_the_first_request_after_the_end_of_all_connections_succeeds(
    client: httpx.AsyncClient, proxy: FaultProxy, task_url: str
) -> None:
    await statuses(client, 30)
    run_sql(task_url, TERMINATE)
    await proxy.wait_until_unused()
    assert await statuses(client, 30) == [200] * 30


async def test_connections_that_have_become_silent_fail_one_request_at_most(
    client: httpx.AsyncClient, proxy: FaultProxy
) -> None:
    await statuses(client, 30)
    proxy.drop()
    proxy.heal()
    assert await statuses(client, 1) == [503]
    assert await statuses(client, 30) == [200] * 30


async def test_a_connection_that_takes_long_serves_later_requests(
    client: httpx.AsyncClient, proxy: FaultProxy
) -> None:
    """A slow network delays a connection beyond the wait of one request."""
    proxy.cut()
    await proxy.wait_until_unused()
    proxy.delay = 0.6
    assert await statuses(client, 1) == [503]
    await asyncio.sleep(2)
    proxy.heal()
    connections = proxy.connections
    assert await statuses(client, 1) == [200]
    assert proxy.connections == connections
