"""Compare contestants, measure growth, write the report, or profile a contestant."""

import pstats
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import growth, plots, report
from bench.checks import check
from bench.contestants import BASELINE, CONTESTANTS, FLOOR, OURS
from bench.database import postgres
from bench.measures import TABLE, Run, in_process, limit, over_sockets
from bench.operations import OPERATIONS
from bench.options import RESULTS, options
from bench.processes import server, worker
from bench.results import Results, describe, load


def compare(run: Run) -> None:
    """Check all contestants, then measure them."""
    chosen, database = run.options, run.database
    contestants = [each for each in CONTESTANTS if each.key in chosen.only]
    if chosen.baseline:
        contestants.insert(0, replace(OURS, key=BASELINE, title=BASELINE, source=chosen.baseline.resolve()))
    database.fill(TABLE)
    with ExitStack() as stack:
        servers = [stack.enter_context(server(each, database, chosen)) for each in contestants]
        for each in servers:
            if each.contestant != FLOOR and (differences := check(each, database)):
                run.results.differences[each.contestant.key] = differences
        if "sockets" in chosen.parts:
            over_sockets(run, servers)
    with ExitStack() as stack:
        if "process" in chosen.parts:
            apps = [each for each in contestants if each.app]
            in_process(run, [stack.enter_context(worker(each, database, chosen)) for each in apps])
    if "limit" in chosen.parts:
        limit(run)


def profile(run: Run) -> None:
    """Print the functions in which each operation of a contestant spends its CPU time."""
    run.database.fill(TABLE)
    contestant = next(each for each in CONTESTANTS if each.key == run.options.contestant)
    with worker(contestant, run.database, run.options) as started, tempfile.TemporaryDirectory() as directory:
        for operation in OPERATIONS:
            path = str(Path(directory, operation.name))
            for output in ("", path):  # first without the profiler, to warm up
                numbers = run.deletable(operation, run.options.requests)
                started.send(contestant.requests(operation, TABLE, numbers), profile=output)
            print(f"\n{contestant.title}: {operation.name}")
            pstats.Stats(path).sort_stats("tottime").print_stats(30)


def write(path: Path) -> None:
    """Write the pages and plots from a file of results."""
    if not path.exists():
        raise SystemExit(f"{path} does not exist: run `make bench` or `make growth` first.")
    for command, page, plot in (
        ("compare", "performance.md", plots.comparison),
        ("growth", "growth.md", plots.growth),
    ):
        if results := load(path, command):
            report.write(results, page)
            plot(results)


def main() -> None:
    """Carry out the command."""
    chosen = options()
    if chosen.command == "report":
        write(chosen.output)
        return
    with postgres() as database:
        run = Run(chosen, database, Results(describe(database, chosen)))
        {"compare": compare, "growth": growth.measure, "profile": profile}[chosen.command](run)
    if chosen.command != "profile":
        run.results.save(chosen.output, chosen.command)
        print(report.page(run.results))
    if chosen.output == RESULTS and chosen.command != "profile":
        write(RESULTS)


main()
