"""What there is to know about the machine and the run."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rows import connected

ROOT = Path(__file__).resolve().parent.parent


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:  # not on Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _commit() -> str:
    try:
        said = subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True)  # noqa: S607 # git is where it is
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.strip()


def measured(facts: dict[str, Any]) -> str:
    """When, where and on what: how a page of numbers begins."""
    return (
        f"Measured on {facts['day']} at `{facts['commit']}`: {facts['machine']}, load {facts['load']} before "
        f"the run; Python {facts['python']}, PostgreSQL {facts['postgres']}"
    )


def facts(url: str, rounds: int, requests: int, seconds: int) -> dict[str, Any]:
    """All of it."""
    with connected(url) as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    return {
        "day": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {_processor()}",
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgres": postgres,
        "rounds": rounds,
        "requests": requests,
        "seconds": seconds,
        "missing": [],
    }
