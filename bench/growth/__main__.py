"""Lets everything grow, prints the tables and keeps them in the document."""

import sys
from collections.abc import Callable

from bench.growth.bodies import of_bodies
from bench.growth.clients import of_clients
from bench.growth.costs import Costs
from bench.growth.life import of_life
from bench.growth.page import write
from bench.growth.plan import Plan, plan
from bench.growth.report import whole
from bench.growth.statements import SETTINGS, Statements
from bench.growth.stored import of_owners, of_rows
from bench.machine import facts
from bench.postgres import server
from bench.results import Results, load

COMPLETE, PARTIAL = "growth", "growth-partial"


def _say(what: str) -> None:
    print(f"growth: {what} ...", file=sys.stderr, flush=True)


def run(chosen: Plan) -> Results:
    """Measure each part."""
    with server(SETTINGS) as url:
        results = Results(facts=facts(url, chosen.rounds, chosen.requests, chosen.seconds))
        results.facts["table"] = chosen.table
        costs = Costs(Statements(url), chosen, results)
        measures: dict[str, tuple[set[str], Callable[[], None]]] = {
            "more rows": ({"rows", "orders"}, lambda: of_rows(costs)),
            "more owners, later pages": ({"owners", "pages"}, lambda: of_owners(costs)),
            "longer bodies": ({"bodies"}, lambda: of_bodies(costs)),
            "more clients": ({"clients"}, lambda: of_clients(url, chosen, results)),
            "a longer life": ({"life"}, lambda: of_life(url, chosen, results)),
        }
        for what, (parts, measure) in measures.items():
            if parts & set(chosen.parts):
                _say(what)
                measure()
                results.save(PARTIAL)
    return results


def main() -> None:
    """Run; or `report`: write the document anew from the last complete run."""
    chosen = plan()
    if sys.argv[1:2] == ["report"]:
        results, complete = load((sys.argv[2:] or [COMPLETE])[0]), True
    else:
        results, complete = run(chosen), chosen.complete
        if complete:
            results.save(COMPLETE)
    print(whole(results))
    if complete:
        _say(f"wrote {', '.join(str(path) for path in write(results))}")


main()
