"""Guides in Markdown, whose commands are run as a reader would run them."""

import re
import shutil
import subprocess
from pathlib import Path

from app import ROOT
from tests.support.processes import environment


def script(guide: str, heading: str) -> str:
    """Return the commands of a section: its blocks of the language `sh`, one after another."""
    sections = re.split(r"^## (.*)\n", ROOT.joinpath("docs", guide).read_text(), flags=re.MULTILINE)
    text = dict(zip(sections[1::2], sections[2::2], strict=True))[heading]
    # An item of a list indents its block; only such a block ends with an indented fence.
    return "".join(
        re.sub(f"^{indent}", "", block, flags=re.MULTILINE)
        for indent, block in re.findall(r"^( *)```sh\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    )


def headings(guide: str) -> list[str]:
    """Return the headings of the sections that have commands."""
    text = ROOT.joinpath("docs", guide).read_text()
    return [each for each in re.findall(r"^## (.*)\n", text, re.MULTILINE) if script(guide, each)]


def copy_of_project(directory: Path, *parts: str) -> Path:
    """Copy parts of the project, which then uses the installed packages."""
    for part in parts:
        target = directory / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if ROOT.joinpath(part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, target)
    directory.mkdir(exist_ok=True)
    directory.joinpath(".venv").symlink_to(ROOT / ".venv")
    return directory


def run_script(text: str, directory: Path, **settings: str) -> str:
    """Run commands in one shell, which ends at the first that fails, and return their output."""
    result = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", text],
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment(**settings),
        timeout=300,
    )
    assert result.returncode == 0, f"{text}\n{result.stdout}{result.stderr}"
    return result.stdout
