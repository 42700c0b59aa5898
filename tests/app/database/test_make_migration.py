"""`make migration`, in a copy of the project."""

import ast
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app import ROOT
from tests.support.processes import environment
from tests.support.sql import new_database, run_sql

pytestmark = pytest.mark.slow

MODEL = """

from enum import StrEnum

from routers import OwnedRow


class Colour(StrEnum):
    RED = "red"


class Pencil(OwnedRow, table=True):
    __table_args__ = {"schema": "desk"}

    colour: Colour
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of what `make migration` needs; it shares the installed packages."""
    for name in ("alembic", "app", "routers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
        os.utime(tmp_path / name, (0, 0))  # older than what is installed from it
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def run(project: Path, url: str, *command: str, exit_code: int = 0) -> str:
    """Run a command of the project to its end, and return what it prints."""
    variables = {"DATABASE_URL": url, "TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
    result = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=project,
        env=environment(PYTHONPATH=str(project), PYTHONDONTWRITEBYTECODE="1", **variables),
    )
    assert result.returncode == exit_code, result.stdout + result.stderr
    return result.stdout + result.stderr


def latest(project: Path) -> Path:
    """Return the migration that was written last."""
    return max(project.glob("alembic/versions/*.py"), key=lambda path: path.stat().st_mtime_ns)


MESSAGE = r"""Add the user's "colour" to `tasks`, $HOME, $(shell false), \N{x} and \""quotes\"""\""""


def test_an_empty_migration_has_its_message_and_its_imports(project: Path, server_url: str) -> None:
    url = new_database(server_url, "message")
    output = run(project, url, "make", "migration", f"m={MESSAGE}")
    assert "do not differ, so the migration is empty" in output
    text = latest(project).read_text()
    assert (ast.get_docstring(ast.parse(text)) or "").splitlines()[0] == f"{MESSAGE}."
    assert "import sqlalchemy as sa\nfrom alembic import op\n" in text
    run(project, url, ".venv/bin/ruff", "check", "alembic/versions")
    run(project, url, "make", "migrate")


def test_a_table_in_another_schema_is_created_once_and_follows_its_model(
    project: Path, server_url: str
) -> None:
    url = new_database(server_url, "desk")
    models = project / "app" / "tasks" / "models.py"
    models.write_text(models.read_text() + MODEL)
    run(project, url, "make", "migration", "m=Create the table of pencils")
    run(project, url, "make", "migrate")
    run(project, url, ".venv/bin/alembic", "check")
    models.write_text(models.read_text().replace('RED = "red"', 'RED = "red"\n    SEA = "sea"'))
    run(project, url, "make", "migration", "m=Add pencils in the colour of the sea")
    assert "drop_constraint" in latest(project).read_text()
    run(project, url, "make", "migrate")
    run_sql(url, "INSERT INTO desk.pencil (owner_id, id, colour) VALUES ('ann', gen_random_uuid(), 'sea')")
    run(project, url, ".venv/bin/alembic", "check")
    run(project, url, ".venv/bin/ruff", "check", "alembic/versions")
    output = run(project, url, ".venv/bin/alembic", "downgrade", "-1", exit_code=1)
    assert "alembic: The schema is migrated, but existing rows violate ck_pencil_colour_choice" in output
    run_sql(url, "DELETE FROM desk.pencil")
    run(project, url, ".venv/bin/alembic", "downgrade", "base")
    assert run_sql(url, "SELECT to_regnamespace('desk')") == [(None,)]
