"""PostgreSQL's programs."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from app.programs import major_version, programs_for
from app.unprivileged import Account, account_for_servers


def test_they_are_used_where_they_are_installed(tmp_path: Path) -> None:
    programs = programs_for(Account(os.geteuid(), os.getegid(), changes=False), tmp_path)
    assert major_version(programs) == "18"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_out_of_reach_they_are_copied_once_to_where_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.programs.reachable", lambda _path, _account: False)
    account = account_for_servers()
    with tempfile.TemporaryDirectory(prefix="todo-programs-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        programs = programs_for(account, directory)
        before = programs.stat().st_ctime_ns
        assert programs_for(account, directory) == programs
        assert programs.stat().st_ctime_ns == before
        assert programs.is_relative_to(directory / "postgresql-18")
        run = subprocess.run([programs / "initdb", "--version"], check=True, **account.subprocess_options)
        assert run.returncode == 0
