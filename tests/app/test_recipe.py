"""CONTRIBUTING.md's guide to adding a resource, followed in a copy of the project."""

import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import ROOT
from tests.support.project_copy import copy_environment, project_copy

LINTERS = "tests/document/node_modules"
PYTEST = (
    ".venv/bin/python -m pytest -q tests/isolation/test_application.py tests/app/database/test_migrations.py"
    " tests/app/notes tests/contract/test_fuzz.py -k 'not fuzzer or single-1'"
)
CHECKS = ("make lint", "make types", "make imports", "make document", PYTEST)
"""The parts of `make check` that depend on the new resource; the others test the generator."""


@pytest.fixture
def project() -> Iterator[Path]:
    with project_copy() as copy:
        yield copy


def files(guide: str) -> dict[str, str]:
    """Return the Python blocks of a guide by their files; a later block replaces an earlier one.

    The file is the last `app/....py` or `tests/app/....py` in the text between the block and the one before
    it, or in the comment on its first line. Blocks without a file are examples.
    """
    contents = {}
    for text, block in re.findall(r"(.*?)^ *```python\n(.*?)^ *```", guide, re.DOTALL | re.MULTILINE):
        content = textwrap.dedent(block)
        comment = re.match(r"# (app/\S+\.py)\n", content)
        names = [
            name
            for name in re.findall(r"`((?:tests/)?app/\S+\.py)`", text)
            if not name.endswith("__init__.py")
        ]
        if comment or names:
            contents[comment[1] if comment else names[-1]] = content
    return contents


def with_resource(resources: str, change: str) -> str:
    """Return app/resources.py with the imports and the `RESOURCES` of a block."""
    imports = "".join(f"{line}\n" for line in re.findall(r"^(?:from|import) .*", change, re.MULTILINE))
    (entries,) = re.findall(r"^RESOURCES = .*", change, re.MULTILINE)
    changed = re.sub(r"^(?=from app\.tasks\.)", imports, resources, count=1, flags=re.MULTILINE)
    return re.sub(r"^RESOURCES = .*", entries, changed, count=1, flags=re.MULTILINE)


def run(command: str, project: Path) -> None:
    result = subprocess.run(
        ["/bin/bash", "-c", command],
        check=False,
        capture_output=True,
        text=True,
        cwd=project,
        env=copy_environment(project, FUZZ="--include-path-regex notes"),
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"


@pytest.mark.slow
def test_a_resource_that_is_added_by_the_guide_passes_all_checks(project: Path) -> None:
    guide = ROOT.joinpath("CONTRIBUTING.md").read_text()
    contents = files(guide)
    change = contents.pop("app/resources.py")
    assert contents.keys() >= {f"app/notes/{name}.py" for name in ("models", "resource", "routes")}
    for folder, docstring in (("app/notes", '"""Notes."""\n'), ("tests/app/notes", "")):
        project.joinpath(folder).mkdir()
        project.joinpath(folder, "__init__.py").write_text(docstring)
    for name, content in contents.items():
        project.joinpath(name).write_text(content)
    resources = project / "app/resources.py"
    resources.write_text(with_resource(resources.read_text(), change))
    migration, document = re.findall(r"^ *(?:\$ )?(make (?:migration .*|openapi))$", guide, re.MULTILINE)
    lint = ["make apilint"] if project.joinpath(LINTERS).exists() else []
    for command in (migration, document, *lint, *CHECKS):
        run(command, project)
    assert '"/api/v1/notes/{note_id}/pin"' in project.joinpath("openapi.json").read_text()


def test_the_files_of_a_guide_are_read_from_its_python_blocks() -> None:
    guide = """
1. In `app/notes/models.py` (with an `app/notes/__init__.py`):

   ```python
   one
   ```

An example:

```python
two
```

```python
# app/notes/routes.py
three
```
"""
    assert files(guide) == {
        "app/notes/models.py": "one\n",
        "app/notes/routes.py": "# app/notes/routes.py\nthree\n",
    }


def test_a_resource_is_added_to_the_application_by_an_import_and_its_name() -> None:
    resources = "from app.tasks.routes import router as tasks\n\nRESOURCES = (tasks,)\n"
    change = "from app.notes.routes import router as notes\n\nRESOURCES = (tasks, notes)\n"
    assert with_resource(resources, change) == (
        "from app.notes.routes import router as notes\nfrom app.tasks.routes import router as tasks\n"
        "\nRESOURCES = (tasks, notes)\n"
    )
