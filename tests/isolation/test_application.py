"""Isolation between the owners of every resource of the application."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import RESOURCES
from tests.support.isolation import Step, find_leak
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database, task_application, task_client


@pytest.fixture(scope="session")
def url(server_url: str) -> str:
    return migrated_database(server_url, "isolation")


@pytest.fixture(scope="session")
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with task_application(url) as api, task_client(api, url) as client:
        yield client


@pytest.mark.parametrize("seed", range(20 * len(RESOURCES)))
async def test_no_request_of_one_owner_changes_a_response_to_another(
    client: httpx.AsyncClient, url: str, seed: int
) -> None:
    async def send(step: Step) -> httpx.Response:
        headers = {**step.headers, "X-User-ID": step.owner, "X-Request-ID": "same"}
        return await client.request(step.method, f"http://todo{step.path}", json=step.body, headers=headers)

    def empty() -> None:
        tables = [router.resource.table.name for router in RESOURCES if not router.resource.public]
        run_sql(url, f"TRUNCATE {', '.join(tables)}")

    assert await find_leak(send, empty, RESOURCES, seed) is None
