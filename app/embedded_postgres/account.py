"""The user account of the embedded server: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """A user and group for a child process; `changes` is false if they are the caller's own."""

    uid: int
    gid: int
    changes: bool

    @property
    def subprocess_options(self) -> dict[str, Any]:
        """The arguments of `subprocess` functions that run the child under this account."""
        if not self.changes:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Change the owner of one file or directory, not of anything above or below it."""
        if self.changes:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account() -> Account:
    """Return the caller's own account or, for root, `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), changes=False)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, changes=True)


def is_reachable(path: Path, account: Account) -> bool:
    """Check whether an account may traverse the directories above `path` and read `path` itself.

    For a path that does not exist yet, its nearest existing parent counts. The permissions for "others"
    decide, because those apply to `nobody`.
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
