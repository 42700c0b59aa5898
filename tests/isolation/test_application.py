"""Isolation between the owners of every resource and every custom route of the application."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.isolation.checks import Isolation
from tests.support.isolation.session import Request
from tests.support.tasks import ROUTERS, empty_tables, migrated_database, task_application, task_client

SEEDS = range(20 * len(ROUTERS))
WALKS = SEEDS[: int(os.environ.get("ISOLATION_WALKS", "20")) * len(ROUTERS)]
"""The seeds in which leaks are searched for; `make example` takes fewer."""


@pytest.fixture(scope="session")
async def isolation(server_url: str) -> AsyncIterator[Isolation]:
    url = migrated_database(server_url, "isolation")
    async with task_application(url) as api, task_client(api, url) as client:

        async def send(request: Request) -> httpx.Response:
            headers = {**request.headers, "X-User-ID": request.owner, "X-Request-ID": "same"}
            return await client.request(
                request.method, f"http://todo{request.url}", json=request.body, headers=headers
            )

        yield Isolation(ROUTERS, api.openapi(), send, lambda: empty_tables(url))


@pytest.mark.parametrize("seed", WALKS)
async def test_no_request_of_one_owner_changes_a_response_to_another(isolation: Isolation, seed: int) -> None:
    leak = await isolation.find_leak(seed)
    assert leak is None, leak


async def test_every_operation_succeeds_for_both_owners_in_the_test_of_isolation(
    isolation: Isolation,
) -> None:
    unreached = await isolation.find_unreached(SEEDS)
    assert not unreached, "\n".join(unreached)
