"""schemathesis against a running server, by our settings."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "schemathesis.toml"
REPORTS = ROOT / ".fuzz"
"""Where the exchanges of a run that found something are kept."""

CASES = REPORTS / "cases.txt"
"""How many cases each run was, since this file was last removed."""

MET = 'parameters = {"header.If-Match" = "*"}\n'
"""Put before the settings: a precondition that every row meets, so that valid changes are carried out."""

_LINKS = re.compile(r"(\d+) covered / (\d+) selected")


@dataclass(frozen=True)
class Pass:
    """One run of the fuzzer.

    Attributes:
        options: Its command line.
        met: Whether each `If-Match` is one that every row meets, rather than random.
        least: How many cases it must have generated.
    """

    options: tuple[str, ...]
    met: bool = False
    least: int = 400

    def longer(self, factor: int) -> "Pass":
        """The same with so many times the cases."""
        options = [str(int(part) * factor) if part.isdecimal() else part for part in self.options]
        return Pass(tuple(options), self.met, self.least)


def single(examples: int, *options: str, met: bool = False) -> Pass:
    """Requests one by one: what the document gives as examples, its boundaries, random ones."""
    phases = "examples,coverage,fuzzing"
    return Pass(("--phases", phases, "--max-examples", str(examples), *options), met=met)


def stateful(seconds: int, *options: str, met: bool = False) -> Pass:
    """Sequences of requests along the links; alone, since with others it ends early without a word."""
    return Pass(("--phases", "stateful", "--max-time", str(seconds), *options), met=met, least=seconds)


SEEDS = [int(seed) for seed in os.environ.get("FUZZ_SEEDS", "1").split()]
FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))
"""Of how many times the cases a deep run is: `make fuzz`."""

LEAST_LINKS = 0.5 if FACTOR > 1 else 0
"""The part of the links to follow; on a busy machine a short run comes through few of them."""

AUTHENTICATION = ("--generation-with-security-parameters", "true")
"""Owners are generated too, rather than all requests being made for one."""

BELIEVES_ANYONE = ("--exclude-checks", "ignored_auth")
"""For a provider that believes every well-formed name, as a gateway in front makes right."""


def findings(
    name: str, document: Path, url: str, run: Pass, *, settings: Path = SETTINGS, seed: int = 1
) -> str | None:
    """What the fuzzer has to say against a server; None where all cases passed.

    `FUZZ` in the environment adds options of schemathesis.
    """
    reports = REPORTS / name
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    used = reports / "schemathesis.toml"
    used.write_text((MET if run.met else "") + settings.read_text())
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", used, "run", document, "--url", url, "--seed", str(seed)),
            *(
                "--report",
                "har,junit,json",
                "--report-dir",
                reports,
                "--report-json-path",
                reports / "run.json",
            ),
            *(*run.options, *os.environ.get("FUZZ", "").split()),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    cases = _cases(reports / "run.json")
    short = _shortcoming(run, cases, done.stdout)
    if done.returncode == 0 and short is None:
        shutil.rmtree(reports)
        with CASES.open("a") as told:
            told.write(f"{cases:6} cases, nothing found: {name}\n")
        return None
    reason = short if done.returncode == 0 else f"seed {seed}; the exchanges are in {reports}"
    return f"{name}: {reason}\n{done.stdout[-6000:]}{done.stderr}"


def _cases(report: Path) -> int:
    return int(json.loads(report.read_text())["test_cases"]["generated"]) if report.exists() else 0


def _shortcoming(run: Pass, cases: int, output: str) -> str | None:
    """What a run without findings has left out; None where it went all the way."""
    if cases < run.least:
        return f"only {cases} cases were generated, not {run.least}"
    if "stateful" in run.options:
        covered, selected = map(int, [*_LINKS.findall(output), (0, 1)][0])
        if covered < selected * LEAST_LINKS:
            return f"only {covered} of {selected} links were followed"
    return None
