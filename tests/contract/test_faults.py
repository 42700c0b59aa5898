"""The fuzzer finds faults that are added to the application."""

import sys

import pytest

from app import ROOT
from tests.support.faults import REQUEST_FAULTS, RESPONSE_FAULTS
from tests.support.fuzzing import GENERATE_OWNERS, findings, single, stateful
from tests.support.processes import Serve, free_port
from tests.support.tasks import ROUTERS, migrated_database

RUNS = (single(10, match_any=True), stateful(12, match_any=True), single(5, *GENERATE_OWNERS, match_any=True))

NOT_FOUND = {
    "reverses_the_sort_order": "tests/app/tasks/test_routes.py",
    "does_not_toggle": "tests/app/tasks/test_routes.py",
}
"""The faults that the fuzzer does not find, with the tests that do."""

FAULTS = sorted({*REQUEST_FAULTS, *RESPONSE_FAULTS})


@pytest.fixture
def url(serve: Serve, server_url: str, request: pytest.FixtureRequest) -> str:
    """Serve the application with the fault that the parameter `fault` names, and return its URL."""
    fault = request.node.callspec.params.get("fault", "none")
    database = migrated_database(server_url, f"fault-{fault}")
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


def first_finding(url: str, fault: str) -> str | None:
    for run in RUNS:
        if finding := findings(f"fault-{fault}", ROOT / "openapi.json", url, run, ROUTERS):
            return finding
    return None


@pytest.mark.deep
@pytest.mark.parametrize("fault", FAULTS)
def test_the_fuzzer_finds_the_fault(url: str, fault: str) -> None:
    assert (first_finding(url, fault) is None) == (fault in NOT_FOUND)


@pytest.mark.deep
@pytest.mark.parametrize("fault", ["none"])
def test_the_fuzzer_finds_nothing_without_a_fault(url: str, fault: str) -> None:
    assert first_finding(url, fault) is None
