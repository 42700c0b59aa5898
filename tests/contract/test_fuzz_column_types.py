"""Fuzz a server of resources with columns of every type, references and unique fields."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.fuzzing import FACTOR, ROOT, SEEDS, findings, single, stateful
from tests.support.processes import end, free_port, wait_until_responding
from tests.support.specimens import create_specimens, specimen_routers
from tests.support.sql import new_database, run_sql


@pytest.fixture
def served(server_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve the specimens, and return the URL."""
    database = new_database(server_url, f"fuzzed-{request.node.callspec.id}")
    create_specimens(database)
    run_sql(database, "INSERT INTO region (id, name) VALUES (gen_random_uuid(), 'North')")
    port = free_port()
    settings = {"SPECIMENS_URL": database, "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "tests.support.served"], cwd=ROOT, env=settings)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_responding(process, f"{url}/regions")
        yield url
    finally:
        end([process])


RUNS = {
    # The boundary values, which find the most, have no limit.
    "single": single(8),
    "stateful": stateful(12),
    "stateful-match-any": stateful(8, match_any=True),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", RUNS)
def test_the_fuzzer_finds_nothing(served: str, tmp_path: Path, name: str, seed: int) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(httpx.get(f"{served}/openapi.json").content)
    run = RUNS[name].longer(FACTOR)
    result = findings(f"specimens-{name}-{seed}", document, served, run, specimen_routers(), seed=seed)
    assert result is None, result
