"""Workers share what the server grants."""

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from app.database.engine import open_database
from app.database.pool_size import connection_limit, pool_size_per_worker
from app.settings import Settings, SettingsError
from tests.support.processes import Serve, Served, free_port, todo
from tests.support.sql import new_database, run_sql

ALICE = {"X-User-ID": "alice"}
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
_numbers = count()


def new_role(url: str, limit: int) -> str:
    """Create a role that may work with the tables, and answer the URL that it connects to."""
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
    """How many connections the role in the URL has open."""
    return run_sql(server_url, "SELECT usename FROM pg_stat_activity").count((urlsplit(url).username,))


def statuses_of_many_at_once(served: Served) -> set[int]:
    with httpx.Client(headers=ALICE, timeout=30) as client, ThreadPoolExecutor(12) as threads:
        return {answer.status_code for answer in threads.map(client.get, [f"{served.url}/tasks"] * 120)}


def workers_of(served: Served, number: int) -> list[psutil.Process]:
    """The processes that serve, once there are so many of them and all have started."""
    deadline = time.monotonic() + 30
    while served.output.read_text().count("Application startup complete") < number:
        assert time.monotonic() < deadline, served.output.read_text()
        time.sleep(0.1)
    children = psutil.Process(served.process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


async def test_the_server_grants_what_it_does_not_reserve(server_url: str) -> None:
    ((reserved,),) = run_sql(
        server_url, "SELECT sum(setting::int)::int FROM pg_settings WHERE name LIKE '%reserved_connections'"
    )
    ((most,),) = run_sql(server_url, "SELECT current_setting('max_connections')::int")
    assert isinstance(most, int)
    assert isinstance(reserved, int)
    assert await limit_at(server_url) == most - reserved < most


@pytest.mark.parametrize(("role", "database", "both"), [(3, -1, 3), (-1, 4, 4), (3, 4, 3), (5, 4, 4)])
async def test_a_limit_of_the_role_or_the_database_counts(
    server_url: str, role: int, database: int, both: int
) -> None:
    name = f"limited_{next(_numbers)}"
    url = new_database(server_url, name)
    run_sql(server_url, f"ALTER DATABASE {name} CONNECTION LIMIT {database}")
    assert await limit_at(new_role(url, role)) == both


async def test_a_superuser_is_bound_by_neither_limit(server_url: str) -> None:
    url = new_database(server_url, "unlimited")
    before = await limit_at(url)
    run_sql(server_url, "ALTER DATABASE unlimited CONNECTION LIMIT 4")
    assert await limit_at(url) == before


@pytest.mark.parametrize(
    ("workers", "wanted", "connections", "each"),
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
def test_all_workers_together_have_at_most_half(
    workers: int, wanted: int, connections: int, each: int
) -> None:
    settings = Settings.model_construct(workers=workers, pool_size=wanted)
    assert pool_size_per_worker(settings, connections) == each


@pytest.mark.parametrize(
    ("workers", "connections", "most", "least"), [(49, 97, 48, 98), (2, 3, 1, 4), (2, 1, 1, 4)]
)
def test_what_mends_too_many_workers_does(workers: int, connections: int, most: int, least: int) -> None:
    settings = Settings.model_construct(workers=workers)
    with pytest.raises(SettingsError, match=rf"to at most {most}, .* to at least {least}\.$"):
        pool_size_per_worker(settings, connections)
    assert pool_size_per_worker(Settings.model_construct(workers=most), connections) == 1
    assert pool_size_per_worker(settings, least) == 1


def test_workers_that_the_server_has_no_connections_for_are_refused_in_one_sentence(task_url: str) -> None:
    done = todo("serve", DATABASE_URL=new_role(task_url, 3), TODO_WORKERS="2", **PROVIDER)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "todo: TODO_WORKERS is 2, and the database grants 3 connections, half of which are for the workers: "
        "set TODO_WORKERS to at most 1, or raise the limit (max_connections, or CONNECTION LIMIT of the "
        "role or the database) to at least 4.\n"
    )


def test_busy_workers_stay_within_what_the_server_grants(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, 9)
    served = serve(DATABASE_URL=url, TODO_WORKERS="2", **PROVIDER)
    assert len(workers_of(served, 2)) == 2
    assert statuses_of_many_at_once(served) == {200}
    assert 2 <= open_connections(task_url, url) <= 4
    lowered = re.findall(r"each worker gets fewer connections .*", served.output.read_text())
    assert len(lowered) == 1
    assert lowered[0].endswith("each=2 granted=9 wanted=10 workers=2")


def test_a_chosen_size_of_the_pool_is_kept(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, -1)
    served = serve(DATABASE_URL=url, TODO_POOL_SIZE="1", **PROVIDER)
    assert statuses_of_many_at_once(served) == {200}
    assert open_connections(task_url, url) == 1
    assert "fewer connections" not in served.output.read_text()


def test_under_uvicorn_the_size_of_the_pool_is_a_setting_too(serve: Serve, task_url: str) -> None:
    url = new_role(task_url, -1)
    port = str(free_port())
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", port]
    served = serve(command, DATABASE_URL=url, TODO_PORT=port, TODO_POOL_SIZE="2", **PROVIDER)
    assert statuses_of_many_at_once(served) == {200}
    assert open_connections(task_url, url) == 2


def test_each_worker_takes_from_the_one_socket(serve: Serve, task_url: str) -> None:
    served = serve(DATABASE_URL=task_url, TODO_WORKERS="2", **PROVIDER)
    workers = workers_of(served, 2)
    assert len(workers) == 2
    for one, other in (workers, reversed(workers)):
        one.suspend()
        try:
            assert httpx.get(f"{served.url}/tasks", headers=ALICE).status_code == 200
        finally:
            one.resume()
        assert other.is_running()
