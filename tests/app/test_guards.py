"""Guards of the repository: the search for secrets, and the names of tables in tests."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app import ROOT

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
    revision = "79ecf7c2" + "58f2"
    tmp_path.joinpath("migration.py").write_text(f'revision = "{revision}"\ndown_revision = "{revision}"\n')
    subprocess.run(["/usr/bin/env", "git", "init", "--quiet", tmp_path], check=True)
    search = ["/usr/bin/env", "make", "secrets"]
    clean = subprocess.run(search, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    for name, text in SECRETS.items():
        tmp_path.joinpath(name).write_text(f"{text}\n")
    result = subprocess.run(search, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode != 0
    assert set(re.findall(r"Location: +(\S+):1", result.stdout)) == {*SECRETS}


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/**/*.py")), ids=str)
def test_tables_of_tests_cannot_collide_with_tables_of_the_application(path: Path) -> None:
    classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    for table in (each for each in classes if any(keyword.arg == "table" for keyword in each.keywords)):
        assert {"OwnedRow", "PublicRow"}.isdisjoint(map(ast.unparse, table.bases)), (
            f"{table.name} must be an OwnedSpecimen or a PublicSpecimen, of tests.support.tables"
        )
