"""The account under which a database server runs."""

import os
from pathlib import Path

import pytest

from app.embedded_postgres.account import Account, is_reachable, server_account

STRANGER = Account(uid=12345, gid=12345, changes=True)


def test_only_root_takes_another_account() -> None:
    account = server_account()
    assert account.changes is (os.geteuid() == 0)
    assert account.uid != 0


def test_without_a_change_everything_is_as_the_caller_has_it(tmp_path: Path) -> None:
    account = Account(os.geteuid(), os.getegid(), changes=False)
    account.own(tmp_path)
    assert account.subprocess_options == {}
    assert is_reachable(tmp_path, account)


@pytest.mark.parametrize(
    ("above", "itself", "expected"),
    [(0o755, 0o755, True), (0o711, 0o755, True), (0o700, 0o755, False), (0o755, 0o700, False)],
)
def test_a_stranger_needs_every_directory_above(above: int, itself: int, *, expected: bool) -> None:
    outer = Path("/tmp", f"todo-reach-{os.getpid()}")  # noqa: S108 # pytest's own are closed to strangers
    inner = outer / "inner"
    inner.mkdir(parents=True)
    try:
        inner.chmod(itself)
        outer.chmod(above)
        assert is_reachable(inner, STRANGER) is expected
        assert is_reachable(inner / "not" / "yet", STRANGER) is expected
    finally:
        outer.chmod(0o700)
        inner.rmdir()
        outer.rmdir()
