"""Isolation of every resource of the application, without a line written for any of them."""

import httpx
import pytest

from app.main import RESOURCES
from tests.conftest import run_sql
from tests.isolation import Step, leak


@pytest.mark.parametrize("seed", range(20 * len(RESOURCES)))
async def test_nothing_that_another_owner_does_can_be_observed(
    client: httpx.AsyncClient, task_url: str, seed: int
) -> None:
    async def ask(step: Step) -> httpx.Response:
        headers = {**step.headers, "X-User-ID": step.owner, "X-Request-ID": "same"}
        return await client.request(step.method, f"http://todo{step.path}", json=step.body, headers=headers)

    def empty() -> None:
        tables = [router.resource.table.name for router in RESOURCES if not router.resource.public]
        run_sql(task_url, f"TRUNCATE {', '.join(tables)}")

    assert await leak(ask, empty, RESOURCES, seed) is None
