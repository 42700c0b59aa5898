"""Guards of the code: lint rules, the search for secrets, and which modules a resource may import."""

import os
import re
import shutil
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


SECRETS = {
    "config.ini": "aws_id = AKIA" + "IOSFODNN7ABCDEFG",
    "server.pem": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "deploy.sh": "DATABASE_URL=postgresql://todo:" + "Xy7kq9Lm@db.example.com/todo",
    "settings.py": 'key = "' + "c3VwZXJzZWNyZXR0" + 'b2tlbnZhbHVlMTIzNDU2Nzg5MA"',
}


def test_make_secrets_finds_keys_tokens_and_passwords_in_the_files_of_the_repository(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    tmp_path.joinpath(".venv").symlink_to(ROOT / ".venv")
    for lock_file in ("requirements.txt", "requirements-dev.txt"):
        tmp_path.joinpath(lock_file).touch()
        os.utime(tmp_path / lock_file, (0, 0))  # older than what they install: make must not install anything
    tmp_path.joinpath(".gitignore").write_text(".venv\nignored\n")
    tmp_path.joinpath("ignored").write_text(SECRETS["config.ini"])
    tmp_path.joinpath(".env.example").write_text("DATABASE_URL=postgresql://user:password@host/db\n")
    subprocess.run(["/usr/bin/env", "git", "init", "--quiet", tmp_path], check=True)
    search = ["/usr/bin/env", "make", "secrets"]
    clean = subprocess.run(search, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    for name, text in SECRETS.items():
        tmp_path.joinpath(name).write_text(f"{text}\n")
    result = subprocess.run(search, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode != 0
    assert set(re.findall(r"Location: +(\S+):1", result.stdout)) == {*SECRETS}
