"""compose.yaml and the systemd unit."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import ROOT
from app.embedded_postgres.postmaster import TIMEOUT
from app.settings import Settings

UNIT = ROOT / "deploy" / "backend-todo.service"
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
OPEN_REQUESTS_SECONDS = 10
"""What a server waits for open requests after the shutdown delay."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,
    reason="systemd-analyze is not installed",
)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load(ROOT.joinpath("compose.yaml").read_text())["services"])


def test_the_application_starts_after_the_migration_of_a_healthy_database(services: dict[str, Any]) -> None:
    assert services["application"]["depends_on"] == {
        "migration": {"condition": "service_completed_successfully"}
    }
    assert services["migration"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["migration"]["command"] == ["todo", "migrate"]
    assert services["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    for name in ("application", "migration"):
        assert ROOT.joinpath(services[name]["build"]["dockerfile"]).exists()


def test_compose_has_no_secrets_and_only_known_settings(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service["environment"].items():
            assert name in {*SETTINGS, "PGPASSWORD", "POSTGRES_PASSWORD"}
            assert re.fullmatch(r"\$\{\w+:\?.+\}|postgresql://postgres@database/postgres", value), name


def test_compose_publishes_ports_on_this_machine_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_accepts_the_file() -> None:
    result = subprocess.run(
        [shutil.which("docker-compose") or "", "--file", ROOT / "compose.yaml", "config", "--quiet"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "POSTGRES_PASSWORD": "x", "TODO_OWNER_PROVIDER": "app.owner:trusted_header"},
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def installed_unit(tmp_path: Path) -> str:
    """Return the unit with the paths of this machine."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace("/opt/backend-todo/.venv", sys.prefix))
    return str(path)


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [shutil.which("systemd-analyze") or "", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@needs_systemd
def test_systemd_accepts_the_unit(installed_unit: str) -> None:
    result = analyze("verify", "--man=no", installed_unit)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_systemd
def test_the_unit_exposes_little_of_the_system(installed_unit: str) -> None:
    threshold = ("--offline=true", "--threshold=20")  # 2.0 of 10
    result = analyze("security", "--no-pager", *threshold, installed_unit)
    assert result.returncode == 0, result.stdout


def test_the_time_to_stop_is_longer_than_a_shutdown(services: dict[str, Any]) -> None:
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert int(seconds) > OPEN_REQUESTS_SECONDS + TIMEOUT  # the embedded server stops last
    assert int(services["application"]["stop_grace_period"].removesuffix("s")) > OPEN_REQUESTS_SECONDS
    assert "Restart=on-failure" in UNIT.read_text().splitlines()
