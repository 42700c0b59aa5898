"""Guards of the modules of resources: they reach rows through scopes, and import no more than they need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import ROOT
from tests.support.guides import copy_of_project
from tests.support.resource_modules import RESOURCES, database_errors, import_errors

MODULES = [path for name in RESOURCES for path in ROOT.glob(f"app/{name}/**/*.py")]


def lint(source: str, path: str) -> str:
    """Return what ruff says about the imports of a module at a path."""
    return subprocess.run(
        [
            *(Path(sys.executable).with_name("ruff"), "check", "--select", "TID251"),
            *("-", "--stdin-filename", path),
        ],
        check=False,
        input=source,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout


@pytest.mark.parametrize(
    "path", ["app/notes/routes.py", "app/notes/bulk.py", "app/notes/jobs/send.py", "app/sql.py"]
)
@pytest.mark.parametrize(
    "line",
    [
        "from sqlalchemy import text",
        "from sqlalchemy import delete as d",
        "import sqlalchemy as sa\n\nsa.text",
        "from sqlalchemy.sql import update",
        "from sqlalchemy.dialects.postgresql import insert",
        "from sqlalchemy.orm import Session",
        "from sqlmodel import Session",
        "from sqlmodel import insert",
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "from sqlalchemy.ext.asyncio import create_async_engine",
        "from sqlalchemy import create_engine",
        "import psycopg",
        "import psycopg2.extras",
        "import asyncpg",
        "from fastcrud import FastCRUD",
        "from app.database.engine import open_database",
        "from routers import Database",
        "from routers import OwnerRows",
        "from routers import UnitOfWork",
    ],
)
def test_lint_rejects_an_import_that_bypasses_the_scope(line: str, path: str) -> None:
    assert re.search("Rows are reached through a Scope|rows.select", lint(line, path))


@pytest.mark.parametrize(
    "line",
    [
        "from sqlalchemy import Table, and_, case, exists, func, literal, not_, or_, select, union",
        "from sqlalchemy.orm import aliased",
        "from sqlmodel import Field, SQLModel, col, select",
        "from routers import Scope, resource_router",
        "from app.tasks.models import Task",
    ],
)
def test_lint_accepts_what_resources_import(line: str) -> None:
    assert lint(f"{line}\n", "app/notes/bulk.py") == "All checks passed!\n"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_resource_imports_only_the_generator_the_access_and_other_resources(path: Path) -> None:
    assert list(import_errors(path.read_text())) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from app.settings import read_settings", "app.settings.read_settings"),
        ("import app.main", "app.main"),
        ("from app import main", "app.main"),
        ("def count():\n    from app.database import engine", "app.database.engine"),
    ],
)
def test_an_import_of_the_application_into_a_resource_is_reported(line: str, name: str) -> None:
    (error,) = import_errors(line)
    assert error.startswith(f"{name} must not be imported: ")


def test_resources_may_import_each_other() -> None:
    assert list(import_errors("from app.access import access\nfrom app.tasks.models import Task\n")) == []


def test_resources_that_import_each_other_in_a_circle_are_reported(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path, "app", "routers", "pyproject.toml")
    notes = project / "app/notes"
    notes.mkdir()
    notes.joinpath("__init__.py").touch()
    notes.joinpath("models.py").write_text("from app.tasks.models import Task\n")
    check = [project / ".venv/bin/lint-imports"]
    accepted = subprocess.run(check, check=False, capture_output=True, text=True, cwd=project)
    assert accepted.returncode == 0, accepted.stdout
    with project.joinpath("app/tasks/models.py").open("a") as models:
        models.write("from app.notes.models import Note\n")
    rejected = subprocess.run(check, check=False, capture_output=True, text=True, cwd=project)
    assert rejected.returncode == 1
    assert "but not in a circle" in rejected.stdout


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_resource_does_not_reach_the_database_of_the_application(path: Path) -> None:
    assert list(database_errors(path.read_text())) == []


@pytest.mark.parametrize(
    "line",
    [
        "request.app.state.database.engine",
        "request.scope['app'].state.database",
        "state = request.app.state",
        "app.state.database",
        "access.database(request)",
        "router.scope.dependency.access.database(request)",
    ],
)
def test_a_way_to_the_database_past_the_scope_is_reported(line: str) -> None:
    assert "reaches rows of all owners. Take a scope" in next(database_errors(line))


@pytest.mark.parametrize("line", ["col(Order.state)", "order.state", "col(Server.database)", "rows.list()"])
def test_columns_may_be_named_state_or_database(line: str) -> None:
    assert list(database_errors(line)) == []
