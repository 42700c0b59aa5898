"""The measures of the comparison: in process, over sockets, and the limit that PostgreSQL sets."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.contestants import LIMIT
from bench.database import Database
from bench.operations import DELETABLE, OPERATIONS, Operation, Request, Table
from bench.options import Options
from bench.processes import Server, Worker, cpu_seconds
from bench.results import Results

TABLE = Table(owners=1000, rows=100_000)
WARM_UP = 50
SLICES = 4
"""Parts of a round in process: contestants take turns so often that all of them see the same machine load."""

THREADS, CONNECTIONS = 2, 16
MAX_DELETES = 8000
"""Rows that a thread of wrk or a client of pgbench can delete in a second."""

COLUMNS = "id, created_at, updated_at, version, title, description, completed"
NUMBER = f"\\set number random(0, {TABLE.rows - 1})\n\\set row :number / {TABLE.owners}\n"
OWNER = f"'owner-' || :number::int % {TABLE.owners}"
ROW = f"""WHERE owner_id = {OWNER} AND id = (lpad(to_hex(:number::int % {TABLE.owners}), 8, '0')
    || '-0000-7000-8000-' || lpad(to_hex(:row::int), 12, '0'))::uuid"""
CHANGED = f"updated_at = now(), version = version + 1 {ROW} RETURNING {COLUMNS};"
PGBENCH_SCRIPTS = {
    "get": f"{NUMBER} SELECT {COLUMNS} FROM task {ROW};",
    "list": f"""{NUMBER} SELECT {COLUMNS} FROM task WHERE owner_id = {OWNER}
        ORDER BY created_at DESC, id DESC LIMIT 50;""",
    "create": f"""{NUMBER} INSERT INTO task (owner_id, id, title, description, completed)
        VALUES ({OWNER}, uuidv7(), 'Buy milk', 'Two bottles, the green ones.', false) RETURNING {COLUMNS};""",
    "update": f"{NUMBER} UPDATE task SET description = 'The blue ones: ' || :number::int, {CHANGED}",
    "delete": f"""\\set count :count + 1
\\set number :first + :client_id * :reach + :count
\\set row :number + {DELETABLE}
DELETE FROM task {ROW} RETURNING id;""",
    "toggle": f"{NUMBER} UPDATE task SET completed = NOT completed, {CHANGED}",
}

T = TypeVar("T")


def rotated(items: Sequence[T], by: int) -> list[T]:
    """Return the items in an order that begins elsewhere."""
    by %= len(items)
    return [*items[by:], *items[:by]]


@dataclass
class Run:
    """One run; it gives each request another number, and so another row."""

    options: Options
    database: Database
    results: Results
    next_number: int = 0

    def numbers(self, count: int) -> range:
        """Return numbers that no request has."""
        self.next_number += count
        return range(self.next_number - count, self.next_number)

    def deletable(self, operation: Operation, count: int) -> range:
        """Do the same, and store the rows if the operation deletes them."""
        numbers = self.numbers(count)
        if operation.name == "delete":
            self.database.add_deletable(TABLE, numbers)
        return numbers


def in_process(run: Run, workers: Sequence[Worker]) -> None:
    """Measure the CPU time of each application per request, and count its statements."""
    for worker in workers:
        for operation in OPERATIONS:
            worker.measure(_requests(run, worker, operation, WARM_UP))
            requests = _requests(run, worker, operation, WARM_UP)
            run.database.reset()
            worker.measure(requests)
            statements = run.database.spent().statements / WARM_UP
            run.results.add("process.statements", worker.contestant.key, operation.name, statements)
    for round_ in range(run.options.rounds):
        run.database.clean()
        for operation in OPERATIONS:
            spent = dict.fromkeys((worker.contestant.key for worker in workers), 0.0)
            for part in range(SLICES):
                for worker in rotated(workers, round_ * SLICES + part):
                    requests = _requests(run, worker, operation, run.options.requests // SLICES)
                    spent[worker.contestant.key] += worker.measure(requests)["cpu"] / SLICES
            for key, seconds in spent.items():
                run.results.add("process.cpu", key, operation.name, seconds)


def _requests(run: Run, worker: Worker, operation: Operation, count: int) -> list[Request]:
    return worker.contestant.requests(operation, TABLE, run.deletable(operation, count))


def over_sockets(run: Run, servers: Sequence[Server]) -> None:
    """Measure requests per second, latencies, and the CPU time of the server and of PostgreSQL."""
    for server in servers:
        wrk(run, server, OPERATIONS[0], 1, CONNECTIONS)
    for round_ in range(run.options.rounds):
        run.database.clean()
        for operation in OPERATIONS:
            for server in rotated(servers, round_):
                key = server.contestant.key
                result = wrk(run, server, operation, run.options.seconds, CONNECTIONS)
                if result["failed"]:
                    raise RuntimeError(f"{server.contestant.title}, {operation.name}: {result}")
                for name in ("rate", "p50", "p99", "server_cpu", "postgres_cpu"):
                    run.results.add(f"sockets.{name}", key, operation.name, result[name])


def wrk(run: Run, server: Server, operation: Operation, seconds: int, connections: int) -> dict[str, float]:
    """Send one operation with wrk for some seconds."""
    threads, reach = min(THREADS, connections), seconds * MAX_DELETES
    first = run.deletable(operation, threads * reach).start
    options = [f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout=10s"]
    script = Path(__file__).with_name("requests.lua")
    template = server.contestant.path(operation)
    deletable = DELETABLE if operation.name == "delete" else 0
    numbers = (first, reach, TABLE.owners, TABLE.rows, deletable)
    before = cpu_seconds(server.process), cpu_seconds(run.database.postmaster)
    output = subprocess.check_output(
        ["wrk", *options, f"-s{script}", server.address, "--", operation.method, template, operation.body]
        + [str(number) for number in numbers],
        text=True,
    )
    result: dict[str, float] = json.loads(output.partition("RESULT ")[2])
    result["rate"] = result["requests"] / result["seconds"]
    result["server_cpu"] = (cpu_seconds(server.process) - before[0]) / result["requests"]
    result["postgres_cpu"] = (cpu_seconds(run.database.postmaster) - before[1]) / result["requests"]
    return result


def limit(run: Run) -> None:
    """Measure the same statements, prepared and sent by pgbench on 10 connections."""
    reach = run.options.seconds * MAX_DELETES // 2
    for _ in range(run.options.rounds):
        run.database.clean()
        for operation in OPERATIONS:
            first = run.deletable(operation, 10 * reach).start
            before = cpu_seconds(run.database.postmaster)
            rate, count = _pgbench(
                run, operation.name, (f"--define=first={first}", f"--define=reach={reach}")
            )
            spent = cpu_seconds(run.database.postmaster) - before
            if operation.name == "delete" and run.database.deletable() != 10 * reach - count:
                raise RuntimeError("pgbench ran out of rows to delete: raise MAX_DELETES.")
            run.results.add("sockets.rate", LIMIT, operation.name, rate)
            run.results.add("sockets.postgres_cpu", LIMIT, operation.name, spent / count)


def _pgbench(run: Run, name: str, defines: Sequence[str]) -> tuple[float, int]:
    """Return transactions per second and their count."""
    program = Path(run.database.postmaster.exe()).with_name("pgbench")
    how = ("--no-vacuum", "--protocol=prepared", "--client=10", "--jobs=2", f"--time={run.options.seconds}")
    output = subprocess.run(
        [program, *how, "--define=count=-1", *defines, "--file=-", run.database.url],
        input=PGBENCH_SCRIPTS[name],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (rate,) = re.findall(r"^tps = ([0-9.]+)", output, re.MULTILINE)
    (count,) = re.findall(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
    return float(rate), int(count)
