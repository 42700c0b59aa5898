"""The recipe of CONTRIBUTING.md, executed in a scratch copy."""

import re
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import ROOT
from tests.support.processes import environment

LEFT_OUT = shutil.ignore_patterns(
    *(".venv", ".venv-bench", "node_modules", ".git", ".data", "__pycache__"),
    *(".pytest_cache", ".ruff_cache", ".hypothesis", ".fuzz"),
)
PYTEST = (
    ".venv/bin/python -m pytest -q tests/app/test_{isolation,migrations,fuzz}.py -k 'not fuzzer or single-1'"
)
LINTERS = "tests/document/node_modules"
CHECKS = ("make lint", "make types", "make arrows", "make document", PYTEST)
"""What `make check` has to say of a new resource; the rest of it is about the generator."""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A copy of the project, with this environment."""
    with tempfile.TemporaryDirectory(prefix="todo-recipe-") as name:
        Path(name).chmod(0o755)  # the account for servers has to reach its data
        copy = Path(name, "todo")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for installed in filter(Path.exists, (ROOT / ".venv", ROOT / LINTERS)):
            copy.joinpath(installed.relative_to(ROOT)).symlink_to(installed)
        yield copy


def section(title: str) -> str:
    contributing = ROOT.joinpath("CONTRIBUTING.md").read_text()
    found = re.search(rf"^## {title}\n(.*?)^## ", contributing, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def files(text: str) -> dict[str, str]:
    """The blocks of Python, each with the file that was named last before it."""
    found = {}
    for before, block in re.findall(r"(.*?)^ *```python\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        *_, name = re.findall(r"`(app/\S+\.py)`", before.replace("app/notes/__init__.py", ""))
        found[name] = textwrap.dedent(block)
    return found


def run(command: str, scratch: Path) -> None:
    settings = {
        "PYTHONPATH": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FUZZ": "--include-path-regex notes",
    }
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        check=False,
        capture_output=True,
        text=True,
        cwd=scratch,
        env=environment(**settings),
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_a_resource_is_added_by_the_recipe(scratch: Path) -> None:
    recipe = section("Add a resource in five minutes")
    written = files(recipe)
    assert list(written) == [
        "app/notes/models.py",
        "app/notes/resource.py",
        "app/notes/routes.py",
        "app/main.py",
    ]
    one_import, one_line = written.pop("app/main.py").split("\n\n")
    scratch.joinpath("app/notes").mkdir()
    scratch.joinpath("app/notes/__init__.py").write_text('"""Notes."""\n')
    for name, content in (written | files(section("Add a route by hand"))).items():
        scratch.joinpath(name).write_text(content)
    main = scratch.joinpath("app/main.py")
    here = "from app.settings import"
    changed = (
        main.read_text()
        .replace(here, f"{one_import}\n{here}")
        .replace("RESOURCES = (tasks,)", one_line.strip())
    )
    main.write_text(changed)
    migration, document, _ = re.findall(r"^ *(make .*)$", recipe, re.MULTILINE)
    lint = ["make apilint"] if scratch.joinpath(LINTERS).exists() else []
    for command in (migration, document, *lint, *CHECKS):
        run(command, scratch)
    assert '"/api/v1/notes/{note_id}/pin"' in scratch.joinpath("openapi.json").read_text()
