"""The pool size of workers, within the connection limit of the database."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import httpx
import pytest

from app.database.engine import open_database
from app.database.pool_size import connection_limit, pool_size_per_worker
from app.settings import Settings, SettingsError
from tests.app.test_cli import PROVIDER, UVICORN
from tests.support.private_values import PLANTED
from tests.support.processes import Serve, Served, free_port, todo
from tests.support.sql import new_database, run_sql

pytestmark = pytest.mark.slow

ALICE = {"X-User-ID": "alice", "Authorization": f"Bearer {PLANTED}"}
_numbers = count()


def new_role(url: str, limit: int) -> str:
    """Create a role with access to all tables, and return the URL for it."""
    name = f"role_{next(_numbers)}"
    run_sql(url, f"CREATE ROLE {name} LOGIN CONNECTION LIMIT {limit}")
    run_sql(url, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
    return url.replace("postgres@", f"{name}@")


async def limit_at(url: str) -> int:
    database = open_database(url)
    try:
        return await connection_limit(database)
    finally:
        await database.close()


def open_connections(server_url: str, url: str) -> int:
    """Return the number of open connections of the role in the URL."""
    return run_sql(server_url, "SELECT usename FROM pg_stat_activity").count((urlsplit(url).username,))


def statuses_of_concurrent_requests(served: Served) -> set[int]:
    with httpx.Client(headers=ALICE, timeout=30) as client, ThreadPoolExecutor(12) as threads:
        return {response.status_code for response in threads.map(client.get, [f"{served.url}/tasks"] * 120)}


async def test_the_connection_limit_excludes_reserved_connections(server_url: str) -> None:
    ((reserved,),) = run_sql(
        server_url, "SELECT sum(setting::int)::int FROM pg_settings WHERE name LIKE '%reserved_connections'"
    )
    ((maximum,),) = run_sql(server_url, "SELECT current_setting('max_connections')::int")
    assert isinstance(maximum, int)
    assert isinstance(reserved, int)
    assert await limit_at(server_url) == maximum - reserved < maximum


@pytest.mark.parametrize(
    ("role_limit", "database_limit", "limit"), [(3, -1, 3), (-1, 4, 4), (3, 4, 3), (5, 4, 4)]
)
async def test_the_connection_limit_is_at_most_that_of_the_role_and_of_the_database(
    server_url: str, role_limit: int, database_limit: int, limit: int
) -> None:
    name = f"limited_{next(_numbers)}"
    url = new_database(server_url, name)
    run_sql(server_url, f"ALTER DATABASE {name} CONNECTION LIMIT {database_limit}")
    assert await limit_at(new_role(url, role_limit)) == limit


async def test_a_superuser_is_exempt_from_the_limit_of_the_database(server_url: str) -> None:
    url = new_database(server_url, "unlimited")
    before = await limit_at(url)
    run_sql(server_url, "ALTER DATABASE unlimited CONNECTION LIMIT 4")
    assert await limit_at(url) == before


@pytest.mark.parametrize(
    ("workers", "pool_size", "connections", "expected"),
    [
        (1, 10, 97, 10),
        (4, 10, 97, 10),
        (5, 10, 97, 9),
        (48, 10, 97, 1),
        (4, 2, 97, 2),
        (4, 40, 97, 12),
        (1, 10, 1, 1),
        (2, 10, 6, 1),
    ],
)
def test_all_workers_share_half_of_the_connection_limit(
    workers: int, pool_size: int, connections: int, expected: int
) -> None:
    settings = Settings.model_construct(workers=workers, pool_size=pool_size)
    assert pool_size_per_worker(settings, connections) == expected


@pytest.mark.parametrize(
    ("workers", "connections", "max_workers", "min_connections"),
    [(49, 97, 48, 98), (2, 3, 1, 4), (2, 1, 1, 4)],
)
def test_each_fix_for_too_many_workers_works(
    workers: int, connections: int, max_workers: int, min_connections: int
) -> None:
    settings = Settings.model_construct(workers=workers)
    with pytest.raises(
        SettingsError, match=rf"to at most {max_workers}, .* to at least {min_connections}\.$"
    ):
        pool_size_per_worker(settings, connections)
    assert pool_size_per_worker(Settings.model_construct(workers=max_workers), connections) == 1
    assert pool_size_per_worker(settings, min_connections) == 1


def test_serve_rejects_more_workers_than_there_are_connections(task_url: str) -> None:
    result = todo("serve", DATABASE_URL=new_role(task_url, 3), TODO_WORKERS="2", **PROVIDER)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "todo: There are 2 workers, but the database allows 3 connections, half of which are available to "
        "them: set TODO_WORKERS or --workers to at most 1, or raise the limit (max_connections, or "
        "CONNECTION LIMIT of the role or the database) to at least 4.\n"
    )


def test_busy_workers_do_not_exceed_their_share_of_the_connection_limit(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, 9)
    served = serve(DATABASE_URL=url, TODO_WORKERS="2", TODO_LOG_FORMAT="console", **PROVIDER)
    assert len(served.workers(2)) == 2
    assert statuses_of_concurrent_requests(served) == {200}
    assert 2 <= open_connections(task_url, url) <= 4
    (warning,) = re.findall(r"the pool size is below TODO_POOL_SIZE: .*", served.output.read_text())
    assert warning.endswith("configured=10 connection_limit=9 pool_size=2 workers=2")


def test_a_pool_size_within_the_limit_is_used(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, -1)
    served = serve(DATABASE_URL=url, TODO_POOL_SIZE="1", **PROVIDER)
    assert statuses_of_concurrent_requests(served) == {200}
    assert open_connections(task_url, url) == 1
    assert "the pool size is below" not in served.output.read_text()


def test_the_pool_size_also_applies_under_uvicorn(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, -1)
    port = str(free_port())
    command = [*UVICORN, "--port", port]
    served = serve(command, DATABASE_URL=url, TODO_PORT=port, TODO_POOL_SIZE="2", **PROVIDER)
    assert statuses_of_concurrent_requests(served) == {200}
    assert open_connections(task_url, url) == 2
