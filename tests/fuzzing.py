"""schemathesis against a running server, by our settings."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
ROOT = Path(__file__).parent.parent
SETTINGS = ROOT / "schemathesis.toml"

BUDGETS = {
    "single": ("--phases", "examples,coverage,fuzzing", "--max-examples", "40"),
    "stateful": ("--phases", "stateful", "--max-time", "15"),
}
"""What a run of the ordinary tests does; `FUZZ` in the environment adds options of schemathesis."""


def findings(document: Path, url: str, budget: Sequence[str], settings: Path = SETTINGS) -> str | None:
    """What the fuzzer has to say against a server; None where all of a few hundred cases passed."""
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", settings, "run", document, "--seed", "1"),
            *("--url", url, *budget, *os.environ.get("FUZZ", "").split()),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    passed = cases is not None and cases[1] == cases[2] and int(cases[1]) > 300
    return None if done.returncode == 0 and passed else done.stdout + done.stderr
