"""docs/deploy.md, each of its commands run on a local PostgreSQL in place of Neon."""

import json
import os
import re
import tempfile
from pathlib import Path

import pytest
import yaml

from app import ROOT
from tests.support.guides import copy_of_project, headings, run_script, script
from tests.support.installation import copy_locked_packages, packages_of
from tests.support.sql import new_database, run_sql

GUIDE = "deploy.md"
FROM_NOTHING = script(GUIDE, "From nothing to Neon")
START = """.venv/bin/todo serve >server.log 2>&1 &
server=$!
trap 'kill $server; wait $server' EXIT
for _ in $(seq 300); do curl --silent http://127.0.0.1:$TODO_PORT/livez >probe.txt && break; sleep 0.1; done
"""
OPEN_REQUESTS_SECONDS = 10
"""What a server waits for open requests after the shutdown delay."""


def local(commands: str, url: str) -> str:
    """Return the commands for a local database and the port of the settings."""
    commands = re.sub(r"='postgresql://\S+'", f"='{url}'", commands)
    return commands.replace("127.0.0.1:8000", "127.0.0.1:$TODO_PORT")


def test_each_section_with_commands_has_a_test() -> None:
    assert headings(GUIDE) == ["From nothing to Neon", "From a wheel", "Workers and connections"]


def test_there_are_less_than_ten_commands_from_nothing_to_neon() -> None:
    assert 0 < len(FROM_NOTHING.splitlines()) < 10


@pytest.mark.slow
def test_the_commands_lead_from_an_empty_database_to_a_response(server_url: str) -> None:
    url = new_database(server_url, "from-nothing")
    clone, commands = FROM_NOTHING.split("\n", 1)
    assert clone == "git clone <this repository> backend-todo && cd backend-todo"
    before, after = local(commands, url).split(".venv/bin/todo serve\n")
    with tempfile.TemporaryDirectory(prefix="todo-deploy-") as name:
        parts = ("Makefile", "pyproject.toml", "requirements.txt", "alembic", "app", "routers")
        project = copy_of_project(Path(name), *parts)
        os.utime(project / "requirements.txt", (0, 0))  # older than what it installs: make must not install
        output = run_script(before + START + after, project, PYTHONPATH=str(project))
    assert output.endswith('{"status":"ok"}{"items":[],"next_cursor":null}')
    assert run_sql(url, "SELECT count(*) FROM task") == [(0,)]


@pytest.mark.slow
def test_the_commands_lead_from_a_wheel_to_a_response() -> None:
    with tempfile.TemporaryDirectory(prefix="todo-deploy-") as name:
        Path(name).chmod(0o755)  # the account of the embedded server must reach its data
        parts = ("Makefile", "pyproject.toml", "requirements.txt", "README.md", "LICENSE")
        project = copy_of_project(Path(name, "clone"), *parts, "alembic", "app", "routers")
        os.utime(project / "requirements.txt", (0, 0))
        environment = Path(name, "opt")
        commands = script(GUIDE, "From a wheel").replace("/opt/todo", str(environment))
        serve = f"{environment}/bin/todo serve --port 8080\n"
        build, install = commands.removesuffix(serve).split(f"{environment}/bin/pip install --require-hashes")
        run_script(build, project)
        copy_locked_packages(packages_of(environment))  # in place of the package index
        _, install = install.split("\n", 1)
        start = START.replace(".venv/bin/todo serve", serve.strip().replace("8080", "$TODO_PORT"))
        output = run_script(f"{install}{start}cat probe.txt\n", project, PIP_DISABLE_PIP_VERSION_CHECK="1")
    assert output.endswith('{"status":"ok"}')


@pytest.mark.slow
def test_the_connection_limit_is_that_of_the_database(server_url: str) -> None:
    commands = script(GUIDE, "Workers and connections")
    ((limit,),) = run_sql(server_url, "SHOW max_connections")
    assert run_script(commands, ROOT, DATABASE_URL=server_url) == f"{limit}\n"


def test_the_pod_has_probes_of_the_api_and_more_time_than_a_shutdown_takes() -> None:
    guide = ROOT.joinpath("docs", GUIDE).read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    pod = yaml.safe_load(block)
    (container,) = pod["containers"]
    paths = json.loads(ROOT.joinpath("openapi.json").read_text())["paths"]
    probes = [container[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness", "startup")]
    assert [probe["path"] in paths for probe in probes] == [True] * 3
    assert {probe["port"] for probe in probes} == {container["ports"][0]["containerPort"]}
    ((delay,),) = ([each["value"] for each in container["env"]],)
    readiness = container["readinessProbe"]
    assert int(delay) > readiness["periodSeconds"] * readiness["failureThreshold"]
    assert pod["terminationGracePeriodSeconds"] > int(delay) + OPEN_REQUESTS_SECONDS
