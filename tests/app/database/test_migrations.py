"""The migrations."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command

from app import ROOT
from app.database.migrations import configuration, migrate
from tests.support.processes import environment
from tests.support.sql import new_database, run_sql


def test_models_and_migrations_agree(task_url: str) -> None:
    # In a process of its own: the models of other tests are no part of the application.
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(DATABASE_URL=task_url, TODO_OWNER_PROVIDER="app.owner:trusted_header"),
    )
    assert (done.returncode, done.stdout) == (0, "No new upgrade operations detected.\n")


def test_down_and_up_again(server_url: str) -> None:
    url = new_database(server_url, "down-and-up")
    migrate(url)
    command.downgrade(configuration(url), "base")
    tables = run_sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables == [("alembic_version",)]
    migrate(url)
    assert run_sql(url, "SELECT * FROM task") == []


def test_starters_do_not_collide(server_url: str) -> None:
    url = new_database(server_url, "starters")
    program = f"from app.database.migrations import migrate; migrate({url!r})"
    with ThreadPoolExecutor(6) as pool:
        done = list(
            pool.map(
                lambda _: subprocess.run([sys.executable, "-c", program], check=False).returncode, range(6)
            )
        )
    assert done == [0] * 6


@pytest.mark.parametrize("title", ["''", "' '", "E'a\\nb'", "repeat('x', 201)"])
def test_the_contracts_bounds_stand_in_the_database(task_url: str, title: str) -> None:
    with pytest.raises(Exception, match=r"violates check constraint|value too long"):
        run_sql(
            task_url,
            "INSERT INTO task (owner_id, id, title, completed)"  # noqa: S608 # of ours
            f" VALUES ('alice', gen_random_uuid(), {title}, false)",
        )
