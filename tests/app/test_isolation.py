"""Isolation of every resource of the application, without a line written for any of them."""

from typing import Any

import httpx
import pytest

from app.main import RESOURCES
from routers import ResourceRouter
from tests.conftest import run_sql
from tests.isolation import leak


@pytest.mark.parametrize("router", RESOURCES, ids=lambda router: router.resource.collection)
@pytest.mark.parametrize("seed", range(20))
async def test_nothing_that_another_owner_does_can_be_observed(
    client: httpx.AsyncClient, task_url: str, router: ResourceRouter[Any], seed: int
) -> None:
    async def ask(step: tuple[str, str, str, Any, dict[str, str]]) -> httpx.Response:
        owner, method, path, body, headers = step
        headers = {**headers, "X-User-ID": owner, "X-Request-ID": "same"}
        return await client.request(method, f"http://todo{path}", json=body, headers=headers)

    def empty() -> None:
        run_sql(task_url, f'DELETE FROM "{router.resource.table.name}"')  # noqa: S608 # of ours

    assert await leak(ask, empty, router, seed) is None
