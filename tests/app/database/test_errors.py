"""Commands that cannot use the database exit with one sentence that says how to fix it."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple
from urllib.parse import quote_plus

import httpx
import psycopg2
import pytest
import structlog

from app import cli
from tests.app.test_cli import PROVIDER, UVICORN
from tests.support.fault_proxy import fault_proxy
from tests.support.processes import Serve, clear_settings, free_port, wait_until
from tests.support.sql import new_database, run_sql
from tests.support.tasks import migrated_database

_numbers = count()


@pytest.fixture(autouse=True)
def _process() -> Iterator[None]:
    """Restore the signal handlers and the logs that the commands replace."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def failure(monkeypatch: pytest.MonkeyPatch, command: str, url: str) -> str:
    """Run a command that fails and return what it prints to standard error."""
    monkeypatch.setattr(sys, "argv", ["todo", command])
    clear_settings(monkeypatch)
    for name, value in {"DATABASE_URL": url, "TODO_PORT": str(free_port()), **PROVIDER}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as error:
        cli.main()
    sentence = str(error.value)
    assert sentence.startswith("todo: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def can_connect(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


class Case(NamedTuple):
    """A database that a command cannot use.

    Attributes:
        command: The command.
        migrated: Whether the database is migrated first.
        sql: Statements that prepare it; `{role}` is the name of a new role, as which the command connects.
        sentence: A part of the expected sentence.
    """

    command: str
    migrated: bool
    sql: str
    sentence: str


CASES = {
    "migrate without CREATE": Case(
        "migrate", migrated=False, sql="", sentence="too few rights: to migrate, it must own the tables"
    ),
    "migrate without USAGE": Case(
        "migrate",
        migrated=False,
        sql="REVOKE ALL ON SCHEMA public FROM PUBLIC",
        sentence="may not use the schema public: GRANT USAGE, CREATE",
    ),
    "migrate without the revision": Case(
        "migrate", migrated=True, sql="", sentence="(permission denied for table alembic_version)"
    ),
    "serve without the revision": Case(
        "serve",
        migrated=True,
        sql="",
        sentence="denied for table alembic_version): GRANT SELECT on alembic_v",
    ),
    "serve without SELECT": Case(
        "serve",
        migrated=True,
        sql="GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; REVOKE SELECT ON task FROM {role}",
        sentence="task.completed, or the role may not read it: restore it, or GRANT SELECT, INSERT",
    ),
    "serve without a table": Case(
        "serve",
        migrated=True,
        sql="DROP TABLE task CASCADE; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        sentence="The database has no task.",
    ),
    "serve without a column": Case(
        "serve",
        migrated=True,
        sql="ALTER TABLE task DROP COLUMN completed; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        sentence="The database has no task.completed, or",
    ),
    "serve a read-only database": Case(
        "serve",
        migrated=True,
        sql="GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
        " ALTER ROLE {role} SET default_transaction_read_only = on",
        sentence="The database is read-only: use its primary server",
    ),
    "migrate a read-only database": Case(
        "migrate",
        migrated=False,
        sql="ALTER ROLE {role} SET default_transaction_read_only = on",
        sentence="The database is read-only: use its primary server",
    ),
    "migrate with a full disk": Case(
        "migrate",
        migrated=False,
        sql="GRANT ALL ON SCHEMA public TO {role}; CREATE FUNCTION full_disk() RETURNS event_trigger AS $$"
        " BEGIN RAISE 'No space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql;"
        " CREATE EVENT TRIGGER full_disk ON ddl_command_start EXECUTE FUNCTION full_disk()",
        sentence="The disk of the database is full: free some space (No space left on device)",
    ),
    "migrate without a connection": Case(
        "migrate", migrated=False, sql="ALTER ROLE {role} CONNECTION LIMIT 0", sentence="no connection left"
    ),
    "serve without a connection": Case(
        "serve", migrated=False, sql="ALTER ROLE {role} CONNECTION LIMIT 0", sentence="no connection left"
    ),
    "serve without LOGIN": Case(
        "serve", migrated=False, sql="ALTER ROLE {role} NOLOGIN", sentence="rejects the user or the password"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_database_that_a_command_cannot_use_is_explained(
    monkeypatch: pytest.MonkeyPatch, server_url: str, name: str
) -> None:
    case, role = CASES[name], f"unfit_{next(_numbers)}"
    database = (migrated_database if case.migrated else new_database)(server_url, role)
    run_sql(database, f"CREATE ROLE {role} LOGIN")
    if case.sql:
        run_sql(database, case.sql.format(role=role))
    sentence = failure(monkeypatch, case.command, database.replace("postgres@", f"{role}@"))
    assert case.sentence in sentence


@pytest.mark.parametrize("command", ["migrate", "serve"])
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("{server}/nowhere?{query}", "it has no such database: create it, or correct the name."),
        ("postgresql://nobody@/postgres?{query}", "it rejects the user or the password: correct them"),
        ("postgresql://u:secret@nowhere.invalid/d", "its host name is unknown: correct it"),
        ("postgresql://u:secret@127.0.0.1:1/d", "connection refused: start the server"),
        ("postgresql://u:secret@/d?host=/nowhere", "connection refused: start the server"),
        ("{proxy}?sslmode=require", "it does not support SSL: set sslmode=disable"),
    ],
)
def test_a_failure_to_connect_is_explained(
    monkeypatch: pytest.MonkeyPatch, server_url: str, command: str, url: str, sentence: str
) -> None:
    server, _, query = server_url.partition("/postgres?")
    with fault_proxy(server_url) as proxy:
        printed = failure(monkeypatch, command, url.format(server=server, query=query, proxy=proxy.url))
    assert printed.startswith("todo: Cannot connect to the database at DATABASE_URL: ")
    assert sentence in printed
    assert "secret" not in printed


@pytest.mark.parametrize("command", ["migrate", "serve"])
@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("scram-sha-256", "it rejects the user or the password: correct them"),
        (
            "reject",
            "it does not admit this user: add sslmode=require, or a line to its pg_hba.conf.",
        ),
    ],
)
def test_a_failure_to_authenticate_is_explained(
    monkeypatch: pytest.MonkeyPatch, server_url: str, command: str, method: str, sentence: str
) -> None:
    role = f"unfit_{next(_numbers)}"
    run_sql(server_url, f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
    ((path,),) = run_sql(server_url, "SHOW hba_file")
    rules = f"('local all {role} {method}'), ('local all all trust')"
    run_sql(server_url, f"COPY (VALUES {rules}) TO '{path}'; SELECT pg_reload_conf()")
    url = server_url.replace("postgres@", f"{role}:wrong-password@")
    wait_until(lambda: not can_connect(url), lambda: "the server has not read its configuration")
    printed = failure(monkeypatch, command, url)
    assert sentence in printed
    assert "wrong-password" not in printed


@pytest.mark.parametrize("command", ["migrate", "serve"])
@pytest.mark.parametrize(
    "password", ["Pa@5w0rd", "Pa/5w0rd", "Pa#5w0rd", "Pa?5w0rd", "12/Pa:5w0rd", "%Pa5w0rd"]
)
@pytest.mark.parametrize("encode", [str, quote_plus])
def test_no_part_of_a_password_is_printed(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    password: str,
    encode: Callable[[str], str],
) -> None:
    printed = failure(monkeypatch, command, f"postgresql://u:{encode(password)}@127.0.0.1:1/d")
    printed += "".join(capfd.readouterr())
    assert not [start for start in range(len(password) - 3) if password[start : start + 4] in printed]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_part_of_a_password_is_logged(serve: Serve, log_format: str) -> None:
    port = str(free_port())
    url = "postgresql://u:Pa%405w0rd@127.0.0.1:1/d"  # pragma: allowlist secret
    served = serve(
        [*UVICORN, "--port", port], DATABASE_URL=url, TODO_PORT=port, TODO_LOG_FORMAT=log_format, **PROVIDER
    )
    for path in ("/readyz", "/api/v1/tasks"):
        response = httpx.get(f"http://127.0.0.1:{port}{path}", headers={"X-User-ID": "alice"})
        assert response.status_code == 503
        assert "w0rd" not in response.text
    served.stop()
    assert "the database is not available" in served.output.read_text()
    assert "w0rd" not in served.output.read_text()
