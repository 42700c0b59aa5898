"""How the cost of a request grows with rows, owners, pages, bodies, clients and requests."""

import json
import random
import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from bench.contestants import OURS
from bench.database import Database
from bench.measures import TABLE, Run, rotated, wrk
from bench.operations import BY_NAME, DELETABLE, OPERATIONS, Operation, Request, Table, owner_name, row_id
from bench.processes import Worker, server, worker

ROWS, OWNERS = (10_000, 1_000_000, 10_000_000), (1, 1000, 100_000)
MIDDLE = 1_000_000
"""Rows of the tables that differ in owners, the one of a single owner, whose pages are read, among them."""
PAGES, BODIES, CLIENTS = (1, 10, 100, 1000, 10_000), (100, 1024, 4096, 16_384, 65_536), (1, 10, 50, 100, 500)
LIFE, QUICK_LIFE, BATCH = 1_000_000, 20_000, 1000
"""Requests to one worker, and those sent between two looks at its memory."""
STRIDE = 2_654_435_761
"""A prime: consecutive requests address distant rows."""

WARM_UP = 30
TASKS, NOTES = "/api/v1/tasks", "/api/v1/notes"
NAMES = [operation.name for operation in OPERATIONS]
UNINDEXED = {"by title": "sort=title", "search without a match": "q=nowhere"}
CYCLE = ("put", "get", "list", "update", "get", "toggle", "get", "toggle", "get", "delete")
"""What one client does with a task, after which there are as many tasks as before."""
BY_CYCLE = BY_NAME | {"put": Operation("put", "PUT", BY_NAME["create"].body)}


@dataclass(frozen=True)
class Case:
    """One row of a table of results: a worker, and the requests that it gets for each operation."""

    label: str
    worker: Worker
    requests: Callable[[str, range], Sequence[Request]]


def _compare(run: Run, part: str, cases: Sequence[Case], names: Sequence[str], count: int) -> None:
    """Measure each operation in each case, in another order in each round."""
    for case in cases:
        for name in names:
            case.worker.measure(case.requests(name, run.numbers(min(WARM_UP, count))))
    for round_ in range(run.options.rounds):
        for database in dict.fromkeys(case.worker.database for case in cases):
            database.clean()
        for name in names:
            for case in rotated(cases, round_):
                requests = case.requests(name, run.numbers(count))
                case.worker.database.reset()
                cpu = case.worker.measure(requests)["cpu"]
                spent = case.worker.database.spent()
                run.results.add(f"{part}.cpu", case.label, name, cpu)
                run.results.add(f"{part}.database", case.label, name, spent.seconds / count)
                run.results.add(f"{part}.pages", case.label, name, spent.pages / count)


def _stored(table: Table, database: Database, query: str, name: str, numbers: range) -> list[Request]:
    """Return requests for rows that are spread over a table."""
    if name == "delete":
        database.add_deletable(table, numbers)
    return replace(OURS, listing=query).requests(BY_NAME[name], table, numbers)


def _cases(run: Run, stack: ExitStack, part: str, tables: dict[int, Table], query: str) -> list[Case]:
    """Fill a database for each table and start a worker on it."""
    cases = []
    for size, table in tables.items():
        database = stack.enter_context(run.database.create(f"{part}_{size}"))
        database.fill(table)
        started = stack.enter_context(worker(OURS, database, run.options))
        cases.append(Case(f"{size:,}", started, partial(_stored, table, database, query)))
    return cases


def rows(run: Run) -> None:
    """More rows of as many owners, and lists whose order or search no index supports."""
    tables = {size: Table(100, size, STRIDE) for size in ROWS[: 2 if run.options.quick else None]}

    def unindexed(name: str, numbers: range) -> list[Request]:
        return [Request("GET", f"{TASKS}?limit=50&{UNINDEXED[name]}", owner_name(n % 100)) for n in numbers]

    with ExitStack() as stack:
        cases = _cases(run, stack, "rows", tables, "?limit=50")
        if "rows" in run.options.parts:
            _compare(run, "rows", cases, NAMES, run.options.requests)
        if "orders" in run.options.parts:
            _compare(run, "orders", [replace(case, requests=unindexed) for case in cases], list(UNINDEXED), 5)


def owners(run: Run) -> None:
    """More owners of as many rows, and later pages of a single owner."""
    size = MIDDLE // 10 if run.options.quick else MIDDLE
    with ExitStack() as stack:
        tables = {count: Table(count, size, STRIDE) for count in OWNERS if count < size}
        cases = _cases(run, stack, "owners", tables, "?limit=10")
        if "owners" in run.options.parts:
            _compare(run, "owners", cases, NAMES, run.options.requests)
        if "pages" in run.options.parts:
            pages = [page for page in PAGES if page * 50 < size]
            _compare(run, "pages", list(_pages(cases[0].worker, pages)), ["list"], run.options.requests)


def _pages(started: Worker, pages: Sequence[int]) -> Iterator[Case]:
    """Return a case for each of these pages, by following `next_cursor`."""
    request = Request("GET", f"{TASKS}?limit=50", owner_name(0))
    for page in range(1, pages[-1] + 1):
        if page in pages:
            yield Case(f"{page:,}", started, partial(_repeat, request))
        cursor = json.loads(started.measure([request])["last"])["next_cursor"]
        request = request._replace(path=f"{TASKS}?limit=50&cursor={cursor}")


def _repeat(request: Request, _name: str, numbers: range) -> list[Request]:
    return [request] * len(numbers)


def bodies(run: Run) -> None:
    """Longer bodies: of a note, whose text has no maximum length, and of a task, padded with blanks."""
    with (
        run.database.create("bodies") as database,
        worker(replace(OURS, app="bench.apps.notes:create_app"), database, run.options) as started,
    ):
        cases = [Case(f"{size:,}", started, partial(_body, size)) for size in BODIES]
        names = ["put a note", "get a note", "create a task"]
        _compare(run, "bodies", cases, names, run.options.requests)


def _body(size: int, name: str, numbers: range) -> list[Request]:
    """Return requests with bodies or responses of this size, of letters that PostgreSQL cannot compress."""
    text = "".join(random.Random(size).choices(string.ascii_letters, k=size - len('{"text": ""}')))  # noqa: S311
    task = json.dumps({"title": "Buy milk", "description": text[:2000][: size - 40]}).ljust(size)
    requests = []
    for number in numbers:
        path = f"{NOTES}/{row_id(size, number % 20)}"
        note = json.dumps({"text": f"{number:010}{text[10:]}"})
        requests.append(
            {
                "put a note": Request("PUT", path, owner_name(0), note),
                "get a note": Request("GET", path, owner_name(0)),
                "create a task": Request("POST", TASKS, owner_name(0), task),
            }[name]
        )
    return requests


def crowd(run: Run) -> None:
    """More concurrent clients in process than connections to the database."""
    run.database.fill(TABLE)
    with worker(OURS, run.database, run.options) as started:
        for round_ in range(run.options.rounds):
            for clients in rotated(CLIENTS, round_):
                numbers = run.numbers(40 * run.options.requests)
                result = started.send(OURS.requests(BY_NAME["get"], TABLE, numbers), clients)
                for measure in ("cpu", "p50", "longest", "failed"):
                    run.results.add(f"crowd.{measure}", f"{clients:,}", "get", result[measure])


def clients(run: Run) -> None:
    """More concurrent clients over sockets."""
    run.database.fill(TABLE)
    with server(OURS, run.database, run.options) as started:
        for round_ in range(run.options.rounds):
            run.database.clean()
            for name in ("get", "list", "update"):
                for count in rotated(CLIENTS, round_):
                    result = wrk(run, started, BY_NAME[name], run.options.seconds, count)
                    for measure in ("rate", "p50", "p99", "failed"):
                        run.results.add(f"clients.{measure}", f"{count:,}", name, result[measure])


def life(run: Run) -> None:
    """More requests to one worker, from 10 concurrent clients."""
    run.database.fill(TABLE)
    total = QUICK_LIFE if run.options.quick else LIFE
    failed = 0
    with worker(OURS, run.database, run.options) as started:
        for done in range(0, total + 1, BATCH):
            if done % (total // 10) == 0:
                run.database.clean()
                run.results.add("life.memory", f"{done:,}", "all", started.process.memory_info().rss)
                run.results.add("life.failed", f"{done:,}", "all", failed)
            failed += started.send(_cycles(run.numbers(BATCH // len(CYCLE))), 10)["failed"]


def _cycles(numbers: range) -> list[Request]:
    """Return the cycles of 10 clients, each of which takes every tenth request."""
    return [
        OURS.request(BY_CYCLE[name], number % TABLE.owners, DELETABLE + number, number)
        for start in range(0, len(numbers), 10)
        for name in CYCLE
        for number in numbers[start : start + 10]
    ]


PARTS: dict[str, Callable[[Run], None]] = {
    "rows orders": rows,
    "owners pages": owners,
    "bodies": bodies,
    "crowd": crowd,
    "clients": clients,
    "life": life,
}


def measure(run: Run) -> None:
    """Measure the chosen parts."""
    for names, part in PARTS.items():
        if set(names.split()) & set(run.options.parts):
            print(f"bench: {names} ...", flush=True)
            part(run)
