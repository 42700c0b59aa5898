"""The README's tour, command by command."""

import re
import subprocess
from typing import NamedTuple

import pytest

from app import ROOT
from tests.support.processes import Serve
from tests.support.tasks import empty_tables

GENERATED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
    r"|\b[0-9a-f]{32}\b|\.[0-9a-f]{48}|(?<=^date: ).*",
    re.MULTILINE,
)
"""Ids, times, request ids and cursors, which differ in each run."""

MIN_REQUESTS = 8
END = "---- end of output ----"


class Step(NamedTuple):
    """A command with the output that the README shows."""

    command: str
    output: str


def steps(markdown: str) -> list[Step]:
    """Return the commands of the tour: blocks of the language `console` whose commands are curl or variables.

    A command begins with `$ `, and continues on the next line after a backslash.
    """
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", markdown, re.DOTALL | re.MULTILINE):
        commands = [
            Step(*match)
            for match in re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
        ]
        if all(re.match(r"curl\b|\w+=", step.command) for step in commands):
            steps += commands
    return steps


def normalized(output: str) -> str:
    return GENERATED.sub("~", output.replace("\r", "")).strip()


def test_each_command_of_the_tour_has_the_documented_output(serve: Serve, task_url: str) -> None:
    empty_tables(task_url)
    served = serve(DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    tour = steps(ROOT.joinpath("README.md").read_text())
    requests = [step for step in tour if re.search(r"\bcurl\b", step.command)]
    assert len(requests) >= MIN_REQUESTS
    assert [step.command for step in requests if not step.output.strip()] == []
    # One shell: later commands use the variables of earlier ones.
    script = "\n".join(f"{step.command}\necho; echo '{END}'" for step in tour)
    result = subprocess.run(
        ["/bin/bash", "-c", script.replace("http://127.0.0.1:8000", served.url.removesuffix("/api/v1"))],
        check=True,
        capture_output=True,
        text=True,
    )
    outputs = [normalized(output) for output in result.stdout.split(f"{END}\n")[:-1]]
    assert outputs == [normalized(step.output) for step in tour]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("```console\n$ A=1\n$ curl $A\n{}\n```\n", [("A=1", ""), ("curl $A", "{}\n")]),
        ("```console\n$ curl \\\n    -s x\n{\n}\n```\n", [("curl \\\n    -s x", "{\n}\n")]),
        ("```console\n$ make run\n```\n```console\n$ A=1\n```\n", [("A=1", "")]),
        ("```sh\n$ curl x\n```\n", []),
    ],
    ids=["variables-and-output", "continuation", "other-commands", "other-languages"],
)
def test_the_steps_of_a_tour_are_read_from_console_blocks(
    markdown: str, expected: list[tuple[str, str]]
) -> None:
    assert steps(markdown) == expected
