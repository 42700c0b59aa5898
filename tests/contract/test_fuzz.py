"""Fuzz a server by the committed document, with schemathesis."""

import pytest

from app import ROOT
from tests.support.fuzzing import ANY_OWNER, FACTOR, GENERATE_OWNERS, SEEDS, findings, single, stateful
from tests.support.processes import Serve
from tests.support.shortened import shortened_lines
from tests.support.tasks import ROUTERS, migrated_database

KNOWN, TRUSTED = "tests.support.owners:known_only", "app.owner:trusted_header"

RUNS = {
    "single": (KNOWN, single(30)),
    "single-match-any": (KNOWN, single(15, match_any=True)),
    "owners": (KNOWN, single(10, *GENERATE_OWNERS, match_any=True)),
    "stateful": (KNOWN, stateful(12)),
    "stateful-match-any": (KNOWN, stateful(12, match_any=True)),
    "trusted": (TRUSTED, single(15, *ANY_OWNER)),
    "trusted-match-any": (TRUSTED, stateful(8, *ANY_OWNER, match_any=True)),
}

SLOW = {"single-match-any", "stateful-match-any", "trusted", "trusted-match-any"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [], id=name) for name in RUNS]
)
def test_the_fuzzer_finds_nothing(serve: Serve, server_url: str, name: str, seed: int) -> None:
    provider, run = RUNS[name]
    url = migrated_database(server_url, f"fuzz-{name}-{seed}")
    served = serve(
        DATABASE_URL=url,
        TODO_OWNER_PROVIDER=provider,
        TODO_LOG_LEVEL="error",
        PYTHONPATH=str(ROOT),
    )
    target = served.url.removesuffix("/api/v1")
    result = findings(f"{name}-{seed}", ROOT / "openapi.json", target, run.longer(FACTOR), ROUTERS, seed=seed)
    assert result is None, result + shortened_lines(served.output.read_text(), 5000)
