"""The health probes."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.sql import run_sql
from tests.support.wire import Wire

BASE = "http://todo"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_a_probe_needs_no_owner(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["X-User-ID"]
    response = await client.get(BASE + path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/livez?x=1", "/readyz?x=1"])
async def test_a_probe_rejects_query_parameters(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(BASE + path)).status_code == 422


async def test_a_database_that_does_not_respond_affects_readiness_but_not_liveness(
    client: httpx.AsyncClient, wire: Wire
) -> None:
    wire.frozen.set()
    try:
        ready, live = await client.get(f"{BASE}/readyz"), await client.get(f"{BASE}/livez")
    finally:
        wire.frozen.clear()
    assert (ready.status_code, live.status_code) == (503, 200)
    assert "retry-after" in ready.headers


@pytest.fixture
def _revision(task_url: str) -> Iterator[None]:
    """Restore the revision of the database."""
    yield
    run_sql(task_url, "CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar)")
    run_sql(task_url, "DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('0001')")


@pytest.mark.usefixtures("_revision")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE alembic_version SET version_num = 'from_the_future'", 200),
        ("DELETE FROM alembic_version", 503),
        ("DROP TABLE alembic_version", 503),
    ],
)
async def test_readiness_requires_at_least_the_latest_known_revision(
    client: httpx.AsyncClient, task_url: str, change: str, status: int
) -> None:
    run_sql(task_url, change)
    assert (await client.get(f"{BASE}/readyz")).status_code == status
