"""Guards of the code: lint rules, and which modules a resource may import."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import ROOT


@pytest.mark.parametrize(
    "line",
    [
        "from sqlalchemy import select",
        "from sqlalchemy import delete as d",
        "import sqlalchemy as sa\n\nsa.text",
        "from sqlalchemy.sql import update",
        "from sqlalchemy.orm import Session",
        "from sqlmodel import select",
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "from app.database.engine import open_database",
        "from routers import Database",
        "from routers import OwnerRows",
    ],
)
def test_lint_rejects_an_import_that_bypasses_the_scope(line: str) -> None:
    result = subprocess.run(
        [
            *(Path(sys.executable).with_name("ruff"), "check", "--select", "TID251"),
            *("-", "--stdin-filename", "app/notes/routes.py"),
        ],
        check=False,
        input=line,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert result.returncode == 1
    assert "reaches rows through its Scope" in result.stdout


@pytest.mark.parametrize("resource", [path.parent for path in ROOT.glob("app/*/resource.py")], ids=str)
def test_a_resource_imports_neither_other_resources_nor_the_application(resource: Path) -> None:
    for path in resource.glob("*.py"):
        imported = re.findall(r"^(?:from|import) (app\S*)", path.read_text(), re.MULTILINE)
        assert all(name.startswith((f"app.{resource.name}.", "app.access")) for name in imported), path
