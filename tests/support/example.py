"""Check the application of `examples/expenses` in a copy of the project, for `make example`.

These are the parts of `make check` that depend on the application; the others test the generator.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from app import ROOT
from tests.support.project_copy import copy_environment, project_copy

EXAMPLE = ROOT / "examples" / "expenses"
CHECKS = ("openapi", "lint", "types", "imports", "apilint", "test")
TESTS = (
    *sorted(f"tests/app/{path.parent.name}" for path in EXAMPLE.glob("tests/app/*/__init__.py")),
    *("tests/app/tasks", "tests/app/database/test_migrations.py", "tests/app/database/test_errors.py"),
    *("tests/app/database/test_revisions.py", "tests/app/test_docs_page.py", "tests/app/test_guards.py"),
    *("tests/app/test_main.py", "tests/app/test_owners.py", "tests/app/test_resource_modules.py"),
    *("tests/contract", "tests/isolation/test_application.py"),
)
SOME_RUNS = "not (single-match-any or stateful-1 or trusted-1)"
"""Four of the seven runs of the fuzzer: they take longer with more operations."""


def main() -> int:
    """Run the checks, and return the exit code."""
    resources = {path.parent.name for path in ROOT.glob("app/*/resource.py")}
    if resources != {"tasks"}:  # their migrations and those of the example would have different heads
        sys.stdout.write("The application has resources of its own, so the example is not checked.\n")
        return 0
    with project_copy() as copy:
        shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("README.md"), dirs_exist_ok=True)
        return make(copy, *CHECKS, f"TESTS={' '.join(TESTS)} -m 'not deep' -k '{SOME_RUNS}'")


def make(copy: Path, *arguments: str) -> int:
    """Run make in the copy, and return its exit code."""
    environment = copy_environment(copy, ISOLATION_WALKS="6")
    command = ["/usr/bin/env", "make", "--no-print-directory", *arguments]
    return subprocess.run(command, check=False, cwd=copy, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
