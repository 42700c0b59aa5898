"""The README's tour, command by command."""

import re
import subprocess
from collections.abc import Iterator

from app import ROOT
from tests.support.processes import Serve
from tests.support.sql import run_sql

CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
    r"|urn:request:[0-9a-f]{32}|\.[0-9a-f]{46}"
)


def steps() -> Iterator[tuple[str, str]]:
    """Each command of the tour, with the output that the README shows."""
    readme = ROOT.joinpath("README.md").read_text()
    for block in re.findall(r"```console\n(.*?)```", readme, re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def test_the_tour_works_line_by_line(serve: Serve, task_url: str) -> None:
    run_sql(task_url, "TRUNCATE task")
    served = serve(DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    base = served.url.removesuffix("/api/v1")
    tour = list(steps())
    assert len(tour) == 11
    # One shell for all: later commands use the variables of earlier ones.
    script = "\n".join(f"{command}; echo; echo ----" for command, _ in tour)
    done = subprocess.run(
        ["/bin/bash", "-c", script.replace("http://127.0.0.1:8000", base)],
        check=True,
        capture_output=True,
        text=True,
    )
    shown = [CHANGING.sub("~", output).strip() for _, output in tour]
    answered = [CHANGING.sub("~", output).strip() for output in done.stdout.split("----\n")[:-1]]
    assert answered == shown
