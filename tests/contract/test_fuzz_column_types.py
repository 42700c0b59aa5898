"""The document of resources with everything in them, fuzzed against a running server."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from routers.openapi.document import document_text
from tests.support.fuzzing import FACTOR, ROOT, SEEDS, SETTINGS, findings, single, stateful
from tests.support.processes import free_port
from tests.support.specimens import create_specimens
from tests.support.sql import new_database, run_sql

OPERATIONS = """
# Those that refer to nothing else.
[[operations]]
include-operation-id = ["getSpecimen", "putSpecimen", "updateSpecimen", "deleteSpecimen", "inspectSpecimen",
  "getRegion", "getLabel", "deleteLabel"]
checks.positive_data_acceptance.expected-statuses = [200, 201, 204, 304, 404, 412]

# A random reference refers to nothing, a name may be taken, a row may be referred to.
[[operations]]
include-operation-id = ["createLabel", "putLabel", "updateLabel",
  "createShelf", "putShelf", "getShelf", "deleteShelf"]
checks.positive_data_acceptance.expected-statuses = [200, 201, 204, 304, 404, 409, 412, 422]
"""


@pytest.fixture
def served(server_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a server with the specimens."""
    database = new_database(server_url, f"fuzzed-{request.node.callspec.id}")
    create_specimens(database)
    run_sql(database, "INSERT INTO region (id, name) VALUES (gen_random_uuid(), 'North')")
    port = free_port()
    settings = {"SPECIMENS_URL": database, "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "tests.support.served"], cwd=ROOT, env=settings)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{url}/regions")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


PASSES = {
    # Most of what there is to find is found by the boundaries, which have no limit.
    "single": single(8),
    "stateful": stateful(12),
    "stateful-met": stateful(8, met=True),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PASSES)
def test_the_fuzzer_finds_nothing(served: str, tmp_path: Path, name: str, seed: int) -> None:
    document, settings = tmp_path / "openapi.json", tmp_path / "schemathesis.toml"
    document.write_text(document_text(httpx.get(f"{served}/openapi.json").json()))
    common, _, _ = SETTINGS.read_text().partition("# Where a row is addressed")
    settings.write_text(common + OPERATIONS)
    run = PASSES[name].longer(FACTOR)
    found = findings(f"specimens-{name}-{seed}", document, served, run, settings=settings, seed=seed)
    assert found is None, found
