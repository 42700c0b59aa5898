import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from routers import Database
from tests.support.browser import open_chromium
from tests.support.databases import new_pool
from tests.support.postgres import throwaway_postgres
from tests.support.private_values import check_logs
from tests.support.processes import Serve, kill, no_process_left, postgres_below, serving
from tests.support.specimens import create_specimens
from tests.support.sql import new_database, run_sql
from tests.support.wire import Wire, wire_to


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Search what each test logs in this process, its fixtures included."""
    report = yield
    try:
        check_logs(text for title, text in report.sections if "stderr" in title or "log" in title)
    except AssertionError as error:
        report.outcome, report.longrepr = "failed", str(error)
    return report


@pytest.fixture(scope="session", autouse=True)
def _no_process_left() -> Iterator[None]:
    """Fail the run if a test or a fixture leaves a process behind."""
    with no_process_left():
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with throwaway_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def specimen_url(server_url: str) -> str:
    url = new_database(server_url, "specimens")
    create_specimens(url)
    return url


@pytest.fixture
def region(specimen_url: str) -> str:
    """Return the id of a region, in otherwise empty tables."""
    run_sql(specimen_url, "TRUNCATE region, shelf, specimen, label, bolt, slot")
    region = "00000000-0000-4000-8000-0000000000ff"
    run_sql(specimen_url, f"INSERT INTO region (id, name) VALUES ('{region}', 'North')")  # noqa: S608
    return region


@pytest.fixture(scope="session")
async def specimen_wire(specimen_url: str) -> AsyncIterator[Wire]:
    async with wire_to(specimen_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def specimen_database(specimen_wire: Wire) -> AsyncIterator[Database]:
    database = new_pool(specimen_wire.url)
    yield database
    await database.close()


@pytest.fixture
def serve(tmp_path: Path, data: Path) -> Iterator[Serve]:
    """Start a server as a user would, and wait until it responds."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a data directory that the account of the embedded server can reach, and kill its server."""
    with tempfile.TemporaryDirectory(prefix="todo-data-") as name:
        Path(name).chmod(0o755)
        yield Path(name, "data")
        kill(postgres_below(Path(name)))


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser
