"""Run schemathesis against a server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from routers import ScopedRouter
from tests.support.fuzz_rows import Json, create_rows
from tests.support.fuzz_settings import SETTINGS, operation_settings, parameter_settings, row_settings
from tests.support.shortened import shortened_lines

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
ROOT = Path(__file__).parents[2]
REPORTS = ROOT / ".fuzz"
"""The directory for the exchanges of runs with findings."""

CASES = REPORTS / "cases.txt"
"""The number of cases of each run, since this file was last removed."""

MAX_OUTPUT = 6000
"""The number of characters of the fuzzer's output in the description of findings."""

OWNER = "fuzzer"
"""The owner in `schemathesis.toml`."""

_LINKS = re.compile(r"(\d+) covered / (\d+) selected")


@dataclass(frozen=True)
class Run:
    """One run of the fuzzer.

    Attributes:
        options: Its command-line options.
        match_any: Whether each `If-Match` is `*`, which every row meets, rather than random.
        min_cases: The minimum number of cases that it must generate.
    """

    options: tuple[str, ...]
    match_any: bool = False
    min_cases: int = 400

    def longer(self, factor: int) -> "Run":
        """Return this run with that many times the cases."""
        options = (str(int(part) * factor) if part.isdecimal() else part for part in self.options)
        return replace(self, options=tuple(options))


def single(examples: int, *options: str, match_any: bool = False) -> Run:
    """Return a run of single requests: the document's examples, boundary values, random values."""
    phases = "examples,coverage,fuzzing"
    return Run(("--phases", phases, "--max-examples", str(examples), *options), match_any)


def stateful(seconds: int, *options: str, match_any: bool = False) -> Run:
    """Return a run of sequences along the links; a run with other phases, too, would end early."""
    return Run(("--phases", "stateful", "--max-time", str(seconds), *options), match_any, min_cases=seconds)


SEEDS = [int(seed) for seed in os.environ.get("FUZZ_SEEDS", "1").split()]
FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))
"""How many times the cases a longer run has (`make fuzz`)."""

MIN_LINKS = 0.5 if FACTOR > 1 else 0
"""The minimum share of links to follow; a short run on a busy machine follows only a few."""

GENERATE_OWNERS = ("--generation-with-security-parameters", "true")
"""Generate owners, too, instead of one owner for all requests."""

ANY_OWNER = ("--exclude-checks", "ignored_auth")
"""For a provider that trusts every well-formed name, as behind a gateway."""


def findings(
    name: str, document: Path, url: str, run: Run, routers: Sequence[ScopedRouter], *, seed: int = 1
) -> str | None:
    """Run the fuzzer against a server, and return its findings; None if all cases passed.

    The settings are those of `schemathesis.toml`, and those that follow from the declarations of routers.
    `FUZZ` in the environment adds options of schemathesis.
    """
    reports = REPORTS / name
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    config = reports / "schemathesis.toml"
    config.write_text(_settings(run, json.loads(document.read_text()), url, routers))
    summary = reports / "run.json"
    result = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", config, "run", document, "--url", url, "--seed", str(seed)),
            *("--report", "har,junit,json", "--report-dir", reports, "--report-json-path", summary),
            *(*run.options, *os.environ.get("FUZZ", "").split()),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    cases = int(json.loads(summary.read_text())["test_cases"]["generated"]) if summary.exists() else 0
    shortcoming = _shortcoming(run, cases, result.stdout)
    if result.returncode == 0 and shortcoming is None:
        shutil.rmtree(reports)
        with CASES.open("a") as file:
            file.write(f"{cases:6} cases without findings: {name}\n")
        return None
    reason = shortcoming if result.returncode == 0 else f"seed {seed}; the exchanges are in {reports}"
    return f"{name}: {reason}\n{shortened_lines(result.stdout, MAX_OUTPUT)}{result.stderr}"


def _settings(run: Run, document: Json, url: str, routers: Sequence[ScopedRouter]) -> str:
    header = document["components"]["securitySchemes"]["owner"]["name"]
    rows = create_rows(url, document, routers, {header: OWNER})
    return (
        parameter_settings(rows, {"If-Match": "*"} if run.match_any else {})
        + SETTINGS.read_text()
        + row_settings(rows)
        + operation_settings(document, routers)
    )


def _shortcoming(run: Run, cases: int, output: str) -> str | None:
    """Return what a run without findings did not cover; None if it is complete."""
    if cases < run.min_cases:
        return f"only {cases} of at least {run.min_cases} cases were generated"
    if "stateful" in run.options:
        covered, selected = map(int, [*_LINKS.findall(output), (0, 1)][0])
        if covered < selected * MIN_LINKS:
            return f"only {covered} of {selected} links were followed"
    return None
