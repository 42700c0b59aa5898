"""The fuzzer can fail: faults are put into the application, and it finds them."""

import sys

import pytest

from app import ROOT
from app.database.migrations import migrate
from tests.support.faults import AFTER, BEFORE
from tests.support.fuzzing import AUTHENTICATION, findings, single, stateful
from tests.support.processes import Serve, free_port
from tests.support.sql import new_database

RUNS = (single(10, met=True), stateful(12, met=True), single(5, *AUTHENTICATION, met=True))

MISSED = {
    "ignores_the_order": "tests/app/tasks/test_routes.py",
    "does_not_toggle": "tests/app/tasks/test_routes.py",
}
"""What the fuzzer passes over, with the tests that do not."""

FAULTS = sorted({*BEFORE, *AFTER})


@pytest.fixture
def url(serve: Serve, server_url: str, request: pytest.FixtureRequest) -> str:
    fault = request.node.callspec.params.get("fault", "none")
    database = new_database(server_url, f"fault-{fault}")
    migrate(database)
    port = str(free_port())
    served = serve(
        [sys.executable, "-m", "tests.support.faulty"],
        DATABASE_URL=database,
        TODO_OWNER_PROVIDER="tests.support.owners:known_only",
        TODO_PORT=port,
        PORT=port,
        PYTHONPATH=str(ROOT),
        FAULT=fault,
    )
    return served.url.removesuffix("/api/v1")


def found(url: str, name: str) -> str | None:
    for run in RUNS:
        if finding := findings(f"fault-{name}", ROOT / "openapi.json", url, run):
            return finding
    return None


@pytest.mark.deep
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(url: str, fault: str) -> None:
    assert (found(url, fault) is None) == (fault in MISSED)


@pytest.mark.deep
@pytest.mark.parametrize("fault", ["none"])
def test_without_a_fault_nothing_is_found(url: str, fault: str) -> None:
    assert found(url, fault) is None
