"""The wheel, installed with the locked packages into an environment without anything else."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from app import ROOT
from tests.support.containerfile import copy_python
from tests.support.processes import environment

LOCKED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def build(directory: Path, project: Path = ROOT) -> tuple[Path, Path]:
    """Build the source archive and the wheel of a project, without a download."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", directory],
        check=True,
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (archive,) = directory.glob("*.tar.gz")
    (wheel,) = directory.glob("*.whl")
    return archive, wheel


@dataclass(frozen=True)
class Installation:
    """A copy of Python, and an environment whose files cannot be changed, except by root.

    Attributes:
        directory: The directory of both, which every account can reach.
    """

    directory: Path

    @classmethod
    def of(cls, wheel: Path, directory: Path) -> "Installation":
        """Install a wheel, and copies of the packages that the lock file names."""
        copy_python(directory / "python")
        installation = cls(directory)
        installation._run("-m", "venv", "--without-pip", installation.environment)
        copy_locked_packages(packages_of(installation.environment))
        pip = ("-m", "pip", "--python", installation.environment / "bin" / "python")
        installation._run(*pip, "install", "--no-index", "--no-deps", wheel)
        installation._run(*pip, "check")
        installation._set_mode(0o555)
        return installation

    @property
    def environment(self) -> Path:
        """The directory of the environment."""
        return self.directory / "environment"

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that the copy of Python needs."""
        return {"LD_LIBRARY_PATH": str(self.directory / "python" / "lib")}

    def command(self, directory: Path, *arguments: str, account: str = "") -> list[str | Path]:
        """Return the command that runs `todo` in a directory, as the current user or as another account."""
        change = ["setpriv", f"--reuid={account}", "--regid=nogroup", "--clear-groups"] if account else []
        enter = ("/bin/sh", "-c", 'cd "$0" && exec "$@"', directory)
        return [*enter, *change, self.environment / "bin" / "todo", *arguments]

    def files(self) -> dict[Path, tuple[int, int]]:
        """Return the files of the environment with their sizes and times."""
        files = [path for path in self.environment.rglob("*") if path.is_file()]
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    def make_removable(self) -> None:
        """Let the directories be deleted."""
        self._set_mode(0o755)

    def _run(self, *arguments: str | Path) -> None:
        subprocess.run(
            [self.directory / "python" / "bin" / "python", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment(PIP_DISABLE_PIP_VERSION_CHECK="1", **self.variables),
        )

    def _set_mode(self, mode: int) -> None:
        for path, _, _ in os.walk(self.environment):
            Path(path).chmod(mode)


def packages_of(environment: Path) -> Path:
    """Return the directory of the packages of an environment."""
    return environment / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"


def copy_locked_packages(packages: Path) -> None:
    """Copy the packages that the lock file names from this environment, where they are installed."""
    for name in LOCKED.findall(ROOT.joinpath("requirements.txt").read_text()):
        _copy_package(name, packages)


def _copy_package(name: str, packages: Path) -> None:
    try:
        package = distribution(name)
    except PackageNotFoundError:  # it is for other platforms
        return
    for file in package.files or ():
        if ".." not in file.parts:  # a script
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)
