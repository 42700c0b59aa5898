"""The committed document, fuzzed by schemathesis against a running server."""

import pytest

from app.migrations import ROOT, migrate
from tests.app.conftest import Serve
from tests.conftest import new_database
from tests.fuzzing import BUDGETS, findings


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
def test_the_fuzzer_finds_nothing(
    serve: Serve, server_url: str, request: pytest.FixtureRequest, budget: tuple[str, ...]
) -> None:
    url = new_database(server_url, f"fuzz-{request.node.callspec.id}")
    migrate(url)
    served = serve(
        DATABASE_URL=url,
        TODO_OWNER_PROVIDER="tests.owners:known_only",
        TODO_LOG_LEVEL="error",
        PYTHONPATH=str(ROOT),
    )
    found = findings(ROOT / "openapi.json", served.url.removesuffix("/api/v1"), budget)
    assert found is None, found[-5000:] + served.output.read_text()[-5000:]
