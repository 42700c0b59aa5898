import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.scenario import Measure, Rows, write_table
from tests.reliability.services import Services, running_services
from tests.support.postgres import PostgreSQL, running_postgres
from tests.support.processes import kill, postgres_below

ROWS = pytest.StashKey[Rows]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = {}


def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> None:
    """Note in the table why a fault was not injected."""
    callspec = getattr(item, "callspec", None)
    if callspec and call.excinfo and call.excinfo.errisinstance(pytest.skip.Exception):
        item.config.stash[ROWS][callspec.params["fault"].name] = str(call.excinfo.value)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the table of `make faults`."""
    page = os.environ.get("FAULTS_PAGE")
    if page and session.config.stash[ROWS]:
        write_table(Path(page), session.config.stash[ROWS])


@pytest.fixture
def measure(request: pytest.FixtureRequest, services: Services) -> Measure:
    return Measure(request.config.stash[ROWS], services)


@pytest.fixture
def services() -> Iterator[Services]:
    """Start servers in a directory that the account of PostgreSQL can reach."""
    with tempfile.TemporaryDirectory(prefix="todo-faults-") as name:
        Path(name).chmod(0o755)
        try:
            with running_services(Path(name)) as services:
                yield services
        finally:
            kill(postgres_below(Path(name)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """Run a server with the default durability."""
    with running_postgres() as server:
        yield server
