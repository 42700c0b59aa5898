"""PostgreSQL's programs."""

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.embedded_postgres.account import Account, server_account
from app.embedded_postgres.binaries import binaries_for, major_version


def test_they_are_used_where_they_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", tmp_path)
    programs = binaries_for(Account(os.geteuid(), os.getegid(), changes=False))
    assert major_version(programs) == "18"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_out_of_reach_they_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.reachable", lambda _path, _account: False)
    account = server_account()
    with tempfile.TemporaryDirectory(prefix="todo-programs-") as name:
        shared = Path(name)
        shared.chmod(0o755)
        monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", shared)
        programs = binaries_for(account)
        before = programs.stat().st_ctime_ns
        assert binaries_for(account) == programs
        assert programs.stat().st_ctime_ns == before
        assert [path.name for path in shared.iterdir()] == ["postgresql-18.6.3"]
        run = subprocess.run([programs / "initdb", "--version"], check=True, **account.subprocess_options)
        assert run.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_two_who_copy_at_once_are_one_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("app.embedded_postgres.binaries.reachable", lambda _path, _account: False)
    monkeypatch.setattr("app.embedded_postgres.binaries.SHARED", tmp_path)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: binaries_for(server_account()), range(2))
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == ["postgresql-18.6.3"]
