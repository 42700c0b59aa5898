"""PostgreSQL's binaries."""

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.embedded_postgres.account import Account, server_account
from app.embedded_postgres.binaries import binaries_for, major_version


def test_reachable_binaries_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", tmp_path)
    binaries = binaries_for(Account(os.geteuid(), os.getegid(), changes=False))
    assert major_version(binaries) == "18"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_unreachable_binaries_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.is_reachable", lambda _path, _account: False)
    account = server_account()
    with tempfile.TemporaryDirectory(prefix="todo-binaries-") as name:
        shared = Path(name)
        shared.chmod(0o755)
        monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", shared)
        binaries = binaries_for(account)
        before = binaries.stat().st_ctime_ns
        assert binaries_for(account) == binaries
        assert binaries.stat().st_ctime_ns == before
        assert [path.name for path in shared.iterdir()] == ["postgresql-18.6.3"]
        subprocess.run([binaries / "initdb", "--version"], check=True, **account.subprocess_options)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_two_concurrent_copies_leave_one_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.is_reachable", lambda _path, _account: False)
    monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", tmp_path)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: binaries_for(server_account()), range(2))
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == ["postgresql-18.6.3"]
