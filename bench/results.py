"""The results of a run, stored as JSON."""

import json
import os
import platform
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import ROOT
from bench.database import Database
from bench.options import Options


@dataclass
class Results:
    """The results of one run.

    Attributes:
        run: When, where and how much was measured.
        numbers: By measure (`part.measure`), row and column of its table: one number per round.
        differences: How the responses of a contestant differ from the others.
    """

    run: dict[str, Any]
    numbers: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=dict)
    differences: dict[str, list[str]] = field(default_factory=dict)

    def add(self, measure: str, row: str, column: str, number: float) -> None:
        """Append the number of one round."""
        columns = self.numbers.setdefault(measure, {}).setdefault(row, {})
        columns.setdefault(column, []).append(float(f"{number:.5g}"))

    def ratios(self, measure: str, row: str, column: str, reference: str) -> list[float]:
        """Return the ratio to the reference row in each round; none if that row is 0 or missing."""
        rows = self.numbers[measure]
        divisors = rows.get(reference, {}).get(column, [])
        return (
            [n / divisor for n, divisor in zip(rows[row][column], divisors, strict=False)]
            if all(divisors)
            else []
        )

    def save(self, path: Path, section: str) -> None:
        """Write the results to their section of a file."""
        sections = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        text = json.dumps(sections | {section: vars(self)}, indent=1, ensure_ascii=False)
        path.write_text(re.sub(r"\n +(?=[-\d\]])", " ", text) + "\n", encoding="utf-8")


def load(path: Path, section: str) -> Results | None:
    """Read the results of a section, if the file has it."""
    sections = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Results(**sections[section]) if section in sections else None


def describe(database: Database, options: Options) -> dict[str, Any]:
    """Return when, where and how much is measured."""
    describe = ["git", "describe", "--always", "--dirty"]
    cpus = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "day": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": subprocess.check_output(describe, cwd=ROOT, text=True).strip(),
        "machine": f"{os.cpu_count()} cores, {cpus[0] if cpus else platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgres": database.execute("SHOW server_version")[0][0],
        "rounds": options.rounds,
        "requests": options.requests,
        "seconds": options.seconds,
    }
