"""Build an image from a Containerfile in a plain directory, for machines without a container engine.

It supports what this project's Containerfile uses. The directory stands for `/`: paths below `PREFIX` are
below it, too, and the base image is a copy of the Python that runs the tests.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from json import loads
from pathlib import Path

from tests.support.processes import environment

PREFIX = "/opt/backend-todo"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass
class Image:
    """A stage, and at the end the image.

    Attributes:
        root: The directory that stands for `/`.
        variables: What ENV sets.
        directory: The current WORKDIR.
        metadata: The values of instructions that execute nothing.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    directory: Path = Path("/")
    metadata: dict[str, str] = field(default_factory=dict)

    def localized(self, text: str) -> str:
        """Return a text with the paths of the image replaced by those below `root`."""
        return text.replace(PREFIX, f"{self.root}{PREFIX}")

    @property
    def command(self) -> list[str]:
        """The program that CMD starts, with its arguments."""
        return list(loads(self.metadata["CMD"]))

    @property
    def health_command(self) -> list[str]:
        """The program that HEALTHCHECK starts, with its arguments."""
        return list(loads(self.metadata["HEALTHCHECK"].partition(" CMD ")[2]))

    @property
    def user(self) -> dict[str, int]:
        """The arguments of `subprocess` functions for USER; only root can change its user."""
        user, group = map(int, self.metadata["USER"].split(":"))
        return {"user": user, "group": group} if os.geteuid() == 0 else {}

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program in the image."""
        path = f"{self.root}/usr/local/bin:/usr/bin:/bin"
        variables = {name: value.replace("$PATH", path) for name, value in self.variables.items()}
        outer = {name: value for name, value in environment().items() if name != "TODO_PORT"}
        return {**outer, "PATH": path, "LD_LIBRARY_PATH": f"{self.root}/usr/local/lib", **variables}


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Containerfile with their values."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(name, value) for name, _, value in (line.partition(" ") for line in lines if line)]


def build(containerfile: Path, root: Path) -> Image:
    """Execute the instructions of a Containerfile, with its directory as the context."""
    copy_python(root / "usr/local")
    image = Image(root)
    stages: dict[str, Path] = {}
    for number, (name, value) in enumerate(instructions(containerfile.read_text())):
        match name:
            case "FROM":
                image = Image(root)
                stage = root / f"stage-{number}"
                stages[value.partition(" AS ")[2]] = stage
                _leave_stage(root, list(stages.values())[-2:-1])
            case "WORKDIR":
                image.directory = Path(image.localized(value))
                image.directory.mkdir(parents=True, exist_ok=True)
            case "ENV":
                image.variables |= dict(each.split("=", 1) for each in shlex.split(image.localized(value)))
            case "COPY":
                _copy(image, containerfile.parent, stages, value.split())
            case "RUN":
                subprocess.run(
                    ["/bin/sh", "-c", image.localized(value)],
                    check=True,
                    cwd=image.directory,
                    env=image.environment,
                    stdout=subprocess.DEVNULL,
                )
            case "USER" | "CMD" | "HEALTHCHECK" | "EXPOSE":
                image.metadata[name] = value
            case _:
                raise ValueError(f"{name} is not supported.")
    return image


def copy_python(target: Path) -> None:
    """Copy the Python that runs the tests, with pip, to a directory that every account can reach."""
    base = Path(sys.base_prefix)
    library = Path("lib", PYTHON)
    ignored = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "*.a")
    shutil.copytree(base / library, target / library, symlinks=True, ignore=ignored)
    for shared in base.glob("lib/libpython*"):
        shutil.copy(shared, target / "lib")
    pip = library / "site-packages/pip"
    shutil.copytree(base / pip, target / pip)
    (target / "bin").mkdir()
    shutil.copy(base / "bin" / PYTHON, target / "bin")
    (target / "bin/python").symlink_to(PYTHON)


def _leave_stage(root: Path, left: list[Path]) -> None:
    for stage in left:
        (root / "opt").rename(stage)


def _copy(image: Image, context: Path, stages: dict[str, Path], arguments: list[str]) -> None:
    *options, target = arguments
    stage = None
    if options[0].startswith("--from="):
        stage = stages[options.pop(0).removeprefix("--from=")]
    for source in options:
        found = stage / Path(source).relative_to("/opt") if stage else context / source
        if found.is_file():
            shutil.copy(found, image.directory / target)
        else:
            ignored = shutil.ignore_patterns() if stage else shutil.ignore_patterns("__pycache__")
            shutil.copytree(
                found, image.directory / target, symlinks=True, dirs_exist_ok=True, ignore=ignored
            )
