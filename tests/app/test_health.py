"""The health probes."""

from collections.abc import Iterator

import httpx
import pytest
from structlog.testing import capture_logs

from app.database.scripts import latest_revision
from app.main import TABLES
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database, task_application
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
    run_sql(task_url, "DELETE FROM alembic_version")
    run_sql(task_url, f"INSERT INTO alembic_version VALUES ('{latest_revision()}')")  # noqa: S608


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
    with capture_logs() as logs:
        assert (await client.get(f"{BASE}/readyz")).status_code == status
    reason = (
        f"The database is not migrated, this version needs revision {latest_revision()}: run `todo migrate`."
    )
    reasons = [event["reason"] for event in logs if event["event"] == "not ready"]
    assert reasons == ([reason] if status == 503 else [])


@pytest.mark.parametrize(
    ("breaks", "repairs"),
    [
        ("ALTER TABLE task RENAME TO hidden", "ALTER TABLE hidden RENAME TO task"),
        ("ALTER TABLE task RENAME completed TO hidden", "ALTER TABLE task RENAME hidden TO completed"),
    ],
)
async def test_readiness_requires_every_table_with_every_column(
    client: httpx.AsyncClient, task_url: str, breaks: str, repairs: str
) -> None:
    run_sql(task_url, breaks)
    try:
        assert (await client.get(f"{BASE}/readyz")).status_code == 503
    finally:
        run_sql(task_url, repairs)
    assert (await client.get(f"{BASE}/readyz")).status_code == 200


async def test_readiness_requires_the_right_to_read_every_table(server_url: str) -> None:
    url = migrated_database(server_url, "unreadable")
    run_sql(url, "CREATE ROLE reader LOGIN")
    async with (
        task_application(url.replace("postgres@", "reader@")) as api,
        httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=BASE) as client,
    ):
        for table in ("alembic_version", *(each.name for each in TABLES)):
            assert (await client.get("/readyz")).status_code == 503
            run_sql(url, f"GRANT SELECT ON {table} TO reader")
        assert (await client.get("/readyz")).status_code == 200


async def test_readiness_takes_one_round_trip(client: httpx.AsyncClient, wire: Wire) -> None:
    await client.get(f"{BASE}/readyz")
    wire.reset()
    await client.get(f"{BASE}/readyz")
    assert wire.trips == 1
