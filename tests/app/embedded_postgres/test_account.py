"""The account of the embedded server."""

import os
from pathlib import Path

import pytest

from app.embedded_postgres.account import Account, is_reachable, server_account

OTHER = Account(uid=12345, gid=12345, changes=True)


def test_only_root_changes_the_account() -> None:
    account = server_account()
    assert account.changes is (os.geteuid() == 0)
    assert account.uid != 0


def test_the_callers_own_account_needs_no_changes(tmp_path: Path) -> None:
    account = Account(os.geteuid(), os.getegid(), changes=False)
    account.own(tmp_path)
    assert account.subprocess_options == {}
    assert is_reachable(tmp_path, account)


@pytest.mark.parametrize(
    ("parent_mode", "mode", "expected"),
    [(0o755, 0o755, True), (0o711, 0o755, True), (0o700, 0o755, False), (0o755, 0o700, False)],
)
def test_another_account_needs_access_to_every_parent_directory(
    parent_mode: int, mode: int, *, expected: bool
) -> None:
    outer = Path("/tmp", f"todo-reach-{os.getpid()}")  # noqa: S108 # other accounts cannot reach pytest's own
    inner = outer / "inner"
    inner.mkdir(parents=True)
    try:
        inner.chmod(mode)
        outer.chmod(parent_mode)
        assert is_reachable(inner, OTHER) is expected
        assert is_reachable(inner / "not" / "yet", OTHER) is expected
    finally:
        outer.chmod(0o700)
        inner.rmdir()
        outer.rmdir()
