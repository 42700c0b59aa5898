"""Measures the application beside the others, prints the tables and keeps them in the document."""

import sys
from pathlib import Path

from bench.checks import check
from bench.contestants import BARE, BY_KEY, CONTESTANTS, Contestant
from bench.distance import distance
from bench.document import write
from bench.inside import inside
from bench.limit import limit
from bench.machine import facts
from bench.outside import missing, outside
from bench.plan import Plan, plan
from bench.postgres import server
from bench.profiled import profile
from bench.report import whole
from bench.results import Results, load
from bench.rows import seed
from bench.servers import serving
from bench.team import team

COMPLETE, PARTIAL = "complete", "partial"


def _say(what: str) -> None:
    print(f"bench: {what} ...", file=sys.stderr, flush=True)


def run(contestants: tuple[Contestant, ...], chosen: Plan) -> Results:
    """Check everybody, then measure everybody."""
    with server() as url:
        seed(url)
        results = Results(facts=facts(url, chosen.rounds, chosen.requests, chosen.seconds))
        with team(contestants, url) as workers:
            _say("checking the answers")
            for worker in workers:
                if worker.contestant.key != BARE:
                    results.differences[worker.contestant.key] = check(worker, url)
            results.facts["unit"] = workers[0].unit
            if "inside" in chosen.parts:
                _say("in process")
                inside(workers, url, chosen, results)
        if "outside" in chosen.parts:
            _over_sockets(contestants, url, chosen, results)
        if "limit" in chosen.parts:
            _say("the database alone")
            limit(url, chosen, results)
        if "distance" in chosen.parts:
            _say("with the database far away")
            distance(contestants, url, chosen, results)
    return results


def _over_sockets(contestants: tuple[Contestant, ...], url: str, chosen: Plan, results: Results) -> None:
    if sentence := missing():
        results.facts["missing"].append(sentence)
        return
    _say("over sockets")
    with serving(contestants, url) as addresses:
        outside(contestants, addresses, url, chosen, results)


def main() -> None:
    """Run; or `report`: write the document anew; or `profile KEY DIRECTORY`: see where its time goes."""
    chosen = plan()
    if sys.argv[1:2] == ["profile"]:
        _, _, key, directory = sys.argv
        with server() as url:
            seed(url)
            profile(BY_KEY[key], url, chosen, Path(directory))
        return
    if sys.argv[1:2] == ["report"]:
        results, complete = load((sys.argv[2:] or [COMPLETE])[0]), True
    else:
        contestants = tuple(each for each in CONTESTANTS if not chosen.only or each.key in chosen.only)
        results, complete = run(contestants, chosen), chosen.complete
        results.save(COMPLETE if complete else PARTIAL)
    print(whole(results))
    if complete:
        _say(f"wrote {', '.join(str(path) for path in write(results))}")


main()
