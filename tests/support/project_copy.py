"""A copy of the project, to which a test adds what a user would."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app import ROOT
from tests.support.processes import environment

INSTALLED = (".venv", "tests/document/node_modules", "clients/typescript/node_modules")
"""What the copy shares with the project."""

_NOT_COPIED = shutil.ignore_patterns(
    *(".venv", ".venv-bench", "node_modules", ".git", ".data", "__pycache__"),
    *(".pytest_cache", ".hypothesis", ".fuzz"),
)


@contextlib.contextmanager
def project_copy() -> Iterator[Path]:
    """Yield a copy of the project that shares the installed packages."""
    with tempfile.TemporaryDirectory(prefix="todo-copy-") as name:
        Path(name).chmod(0o755)  # the account of the embedded server must reach its data
        copy = Path(name, "todo")
        shutil.copytree(ROOT, copy, ignore=_NOT_COPIED)
        for installed in filter(Path.exists, (ROOT / each for each in INSTALLED)):
            copy.joinpath(installed.relative_to(ROOT)).symlink_to(installed)
        # Older than what they install: make must not install anything.
        for lock_file in (*copy.glob("requirements*.txt"), *copy.glob("*/*/package-lock.json")):
            os.utime(lock_file, (0, 0))
        yield copy


def copy_environment(copy: Path, **settings: str) -> dict[str, str]:
    """Return an environment in which programs import the modules of a copy."""
    return environment(PYTHONPATH=str(copy), PYTHONDONTWRITEBYTECODE="1", **settings)
