"""The committed document, fuzzed by schemathesis against a running server."""

import pytest

from app import ROOT
from app.database.migrations import migrate
from tests.support.fuzzing import AUTHENTICATION, BELIEVES_ANYONE, FACTOR, SEEDS, findings, single, stateful
from tests.support.processes import Serve
from tests.support.sql import new_database

KNOWN, TRUSTED = "tests.support.owners:known_only", "app.owner:trusted_header"

PASSES = {
    "single": (KNOWN, single(30)),
    "single-met": (KNOWN, single(15, met=True)),
    "owners": (KNOWN, single(10, *AUTHENTICATION, met=True)),
    "stateful": (KNOWN, stateful(12)),
    "stateful-met": (KNOWN, stateful(12, met=True)),
    "trusted": (TRUSTED, single(15, *BELIEVES_ANYONE)),
    "trusted-met": (TRUSTED, stateful(8, *BELIEVES_ANYONE, met=True)),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PASSES)
def test_the_fuzzer_finds_nothing(serve: Serve, server_url: str, name: str, seed: int) -> None:
    provider, run = PASSES[name]
    url = new_database(server_url, f"fuzz-{name}-{seed}")
    migrate(url)
    served = serve(
        DATABASE_URL=url,
        TODO_OWNER_PROVIDER=provider,
        TODO_LOG_LEVEL="error",
        PYTHONPATH=str(ROOT),
    )
    target = served.url.removesuffix("/api/v1")
    found = findings(f"{name}-{seed}", ROOT / "openapi.json", target, run.longer(FACTOR), seed=seed)
    assert found is None, found + served.output.read_text()[-5000:]
