"""The limit that the database sets: the same statements, prepared, sent by pgbench."""

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

from app.settings import POOL_SIZE
from bench.operations import CREATOR, DELETER, OPERATIONS, OWNERS, ROWS, owner_name
from bench.plan import Plan
from bench.postgres import pgbench
from bench.results import Results
from bench.rows import connected, prepare_deletes, tidy

PGBENCH = "pgbench"
COLUMNS = "id, created_at, updated_at, version, title, description, completed"
SEEDED = f"""
\\set owner random(0, {OWNERS - 1})
\\set row random(0, {ROWS - 1})
"""
THIS = """WHERE owner_id = 'owner-' || :owner::int AND id =
    (lpad(to_hex(:owner::int), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(:row::int), 12, '0'))::uuid"""
CHANGED = f"updated_at = now(), version = version + 1 {THIS} RETURNING {COLUMNS};"
FASTEST = 2000
"""Rows that one client may delete in a second, at most."""

SCRIPTS = {
    "get": f"{SEEDED} SELECT {COLUMNS} FROM task {THIS};",
    "list": f"""{SEEDED} SELECT {COLUMNS} FROM task WHERE owner_id = 'owner-' || :owner::int
        ORDER BY created_at DESC, id DESC LIMIT 50;""",
    "create": f"""INSERT INTO task (owner_id, id, title, description, completed)
        VALUES ('owner-{CREATOR}', uuidv7(), 'Buy milk', 'Two bottles, the green ones.', false)
        RETURNING {COLUMNS};""",
    "update": f"{SEEDED} UPDATE task SET description = 'The blue ones: ' || :row::int, {CHANGED}",
    "delete": f"""\\set count :count + 1
\\set row :client_id * :reach + :count
\\set owner {DELETER}
DELETE FROM task {THIS} RETURNING id;""",
    "toggle": f"{SEEDED} UPDATE task SET completed = NOT completed, {CHANGED}",
}


def limit(url: str, plan: Plan, results: Results) -> None:
    """Measure each operation's statement, as often as the contestants."""
    reach = plan.seconds * FASTEST
    for _ in range(plan.rounds):
        tidy(url)
        for operation in OPERATIONS:
            if operation.name == "delete":
                prepare_deletes(url, (0, POOL_SIZE * reach))
            results.add("outside", PGBENCH, operation.name, _rate(operation.name, url, plan.seconds, reach))
            if operation.name == "delete":
                _refuse_exhausted(url)


def _rate(name: str, url: str, seconds: int, reach: int) -> float:
    """Transactions in a second."""
    parts = urlsplit(url)
    (host,) = parse_qs(parts.query)["host"]
    how = ("--no-vacuum", "--protocol=prepared", f"--client={POOL_SIZE}", "--jobs=2", f"--time={seconds}")
    done = subprocess.run(
        [
            *(pgbench(), *how, "--define=count=-1", f"--define=reach={reach}", "--file=-"),
            *(f"--host={host}", "--username=postgres", parts.path.strip("/")),
        ],
        input=SCRIPTS[name],
        check=True,
        capture_output=True,
        text=True,
    )
    (rate,) = re.findall(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    return float(rate)


def _refuse_exhausted(url: str) -> None:
    with connected(url) as cursor:
        cursor.execute("SELECT count(*) FROM task WHERE owner_id = %s", (owner_name(DELETER),))
        if cursor.fetchone() == (0,):
            raise RuntimeError("pgbench ran out of rows to delete: raise FASTEST.")
