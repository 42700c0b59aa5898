"""The committed document, fuzzed by schemathesis against a running server."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.migrations import ROOT, migrate
from tests.app.conftest import Serve
from tests.conftest import new_database

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.mark.parametrize(
    "budget",
    [
        ["--phases", "examples,coverage,fuzzing", "--max-examples", "40"],
        ["--phases", "stateful", "--max-time", "15"],
    ],
    ids=["single", "stateful"],
)
def test_the_fuzzer_finds_nothing(
    serve: Serve, server_url: str, request: pytest.FixtureRequest, budget: list[str]
) -> None:
    url = new_database(server_url, f"fuzz-{request.node.callspec.id}")
    migrate(url)
    served = serve(
        DATABASE_URL=url,
        TODO_OWNER_PROVIDER="tests.owners:known_only",
        TODO_LOG_LEVEL="error",
        PYTHONPATH=str(ROOT),
    )
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", "schemathesis.toml", "run", "openapi.json", "--seed", "1"),
            *("--url", served.url.removesuffix("/api/v1"), *budget),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-5000:] + served.output.read_text()[-5000:]
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert cases is not None, done.stdout[-5000:]
    assert cases[1] == cases[2]
    assert int(cases[1]) > 300
