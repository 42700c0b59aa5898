"""The account under which a database server runs: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """A user and group for a child process; `changes` is false where they are the caller's own."""

    uid: int
    gid: int
    changes: bool

    @property
    def subprocess_options(self) -> dict[str, Any]:
        """What to pass to `subprocess` so that the child runs under this account."""
        if not self.changes:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or directory, and nothing above or below it, to this account."""
        if self.changes:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for_servers() -> Account:
    """The caller's own account or, for root, `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), changes=False)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, changes=True)


def reachable(path: Path, account: Account) -> bool:
    """Whether this account may pass every directory above `path` and read `path` itself.

    A path that does not exist yet is judged by its nearest existing parent. Judged by the bits for
    "others", which are the ones that count for `nobody`.
    """
    if not account.changes:
        return True
    path = path.absolute()
    while not path.exists():
        path = path.parent
    needed = stat.S_IROTH | stat.S_IXOTH
    if path.stat().st_uid != account.uid and path.stat().st_mode & needed != needed:
        return False
    return all(
        parent.stat().st_uid == account.uid or parent.stat().st_mode & stat.S_IXOTH
        for parent in path.resolve().parents
    )
