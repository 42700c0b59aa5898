"""The migrations."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from alembic import command

from app import ROOT
from app.database.migrations import configuration, migrate
from app.resources import RESOURCES
from tests.support.processes import STOP_SECONDS, TODO, environment, wait_until
from tests.support.sql import new_database, run_sql

FIRST_COLUMNS = """
    SELECT relname, attname
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE relnamespace = 'public'::regnamespace
"""


def compare(url: str) -> "subprocess.CompletedProcess[str]":
    """Compare a database with the models.

    In a process of its own: the models of other tests are not part of the application.
    """
    return subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(DATABASE_URL=url, TODO_OWNER_PROVIDER="app.owner:trusted_header"),
    )


def test_the_models_match_the_migrations(task_url: str) -> None:
    result = compare(task_url)
    assert (result.returncode, result.stdout) == (0, "No new upgrade operations detected.\n")


def test_the_models_do_not_match_a_database_with_another_check_constraint(server_url: str) -> None:
    url = new_database(server_url, "another-check")
    migrate(url)
    name = "ck_task_title_min_length"
    run_sql(url, f"ALTER TABLE task DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK (length(title) > 1)")
    result = compare(url)
    assert result.returncode != 0
    assert result.stdout.count(name) >= 2  # it is removed and added


def test_a_migration_validates_constraints_and_a_comparison_does_not(server_url: str) -> None:
    url = new_database(server_url, "not-valid")
    migrate(url)
    name = "ck_task_title_min_length"
    check = f"ADD CONSTRAINT {name} CHECK (char_length(title) >= 1) NOT VALID"
    run_sql(url, f"ALTER TABLE task DROP CONSTRAINT {name}, {check}")
    is_valid = f"SELECT convalidated FROM pg_constraint WHERE conname = '{name}'"  # noqa: S608 # a constant
    assert compare(url).returncode == 0
    assert run_sql(url, is_valid) == [(False,)]
    migrate(url)
    assert run_sql(url, is_valid) == [(True,)]


def test_migrations_can_be_reverted_and_applied_again(server_url: str) -> None:
    url = new_database(server_url, "down-and-up")
    migrate(url)
    command.downgrade(configuration(url), "base")
    tables = run_sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables == [("alembic_version",)]
    migrate(url)
    assert run_sql(url, "SELECT * FROM task") == []


def test_longer_owners_are_allowed_without_rewriting_the_table_or_its_indexes(server_url: str) -> None:
    url = new_database(server_url, "longer-owners")
    files = "SELECT relname, relfilenode FROM pg_class WHERE relname LIKE '%task%' ORDER BY relname"
    command.upgrade(configuration(url), "0001")
    before = run_sql(url, files)
    command.upgrade(configuration(url), "0002")
    assert run_sql(url, files) == before
    assert [name for name, _ in before] == ["ix_task_owner_id_created_at_id", "pk_task", "task"]


def test_concurrent_migrations_wait_for_each_other(server_url: str) -> None:
    url = new_database(server_url, "concurrent")
    program = f"from app.database.migrations import migrate; migrate({url!r})"
    with ThreadPoolExecutor(6) as pool:
        results = pool.map(lambda _: subprocess.run([sys.executable, "-c", program], check=False), range(6))
    assert [result.returncode for result in results] == [0] * 6


def test_the_owner_is_the_first_column_of_every_index(task_url: str) -> None:
    owned = {router.resource.table.name for router in RESOURCES if not router.resource.public}
    first_columns = [row for row in run_sql(task_url, FIRST_COLUMNS) if row[0] in owned]
    assert {table for table, _ in first_columns} == owned
    assert {column for _, column in first_columns} == {"owner_id"}


@pytest.mark.parametrize("title", ["''", "' '", "E'a\\nb'", "repeat('x', 201)"])
def test_the_database_rejects_a_title_that_the_create_schema_rejects(task_url: str, title: str) -> None:
    with pytest.raises(Exception, match=r"violates check constraint|value too long"):
        run_sql(
            task_url,
            "INSERT INTO task (owner_id, id, title, completed)"  # noqa: S608 # without input of others
            f" VALUES ('alice', gen_random_uuid(), {title}, false)",
        )


def test_the_limits_of_the_documentation_apply_to_the_role_but_not_to_migrations(server_url: str) -> None:
    run_sql(server_url, "CREATE ROLE todo LOGIN")
    guide = ROOT.joinpath("docs", "failures.md").read_text()
    run_sql(server_url, guide.partition("```sql\n")[2].partition("```")[0])
    url = new_database(server_url, "limited")
    run_sql(url, "GRANT CREATE ON SCHEMA public TO todo")
    url = url.replace("postgres@", "todo@")
    assert run_sql(url, "SHOW statement_timeout") == [("3s",)]
    assert run_sql(url, "SHOW client_connection_check_interval") == [("1s",)]
    run_sql(server_url, "ALTER ROLE todo SET statement_timeout = '500ms'")
    with psycopg2.connect(url) as connection, ThreadPoolExecutor(1) as pool:
        connection.cursor().execute("SET statement_timeout = 0; SELECT pg_advisory_xact_lock(7238401957)")
        migration = pool.submit(migrate, url)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = 'limited'"
        longer = f"{waiting} AND query_start < clock_timestamp() - interval '1 s'"
        wait_until(lambda: bool(run_sql(url, longer)), lambda: "the migration does not wait")
        connection.rollback()
        migration.result()
    connection.close()


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_signal_ends_a_migration_that_waits_for_another_one(
    server_url: str, number: signal.Signals, exit_code: int
) -> None:
    url = new_database(server_url, f"waiting-{number}")
    variables = environment(DATABASE_URL=url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7238401957)")
        with subprocess.Popen([TODO, "migrate"], env=variables, stderr=subprocess.PIPE, text=True) as process:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = '{}'"
            wait_until(
                lambda: bool(run_sql(url, waiting.format(f"waiting-{number}"))),
                lambda: "the migration does not wait",
            )
            process.send_signal(number)
            assert process.wait(STOP_SECONDS) == exit_code
            assert process.stderr is not None
            assert process.stderr.read().count("\n") <= 1
    assert run_sql(url, "SELECT to_regclass('task')") == [(None,)]
