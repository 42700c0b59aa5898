"""How much is measured, chosen by variables of the environment."""

import os
from dataclasses import dataclass

QUICK = {"BENCH_ROUNDS": "3", "BENCH_REQUESTS": "200", "BENCH_SECONDS": "1", "BENCH_DISTANT": "20"}

PARTS = ("inside", "outside", "limit", "distance")


def _number(name: str, usual: int) -> int:
    quick = QUICK[name] if "BENCH_QUICK" in os.environ else usual
    return int(os.environ.get(name, quick))


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: How often everything is measured, in another order each time.
        requests: Requests of one operation to one contestant in a round, in process.
        seconds: How long wrk and pgbench send, for one operation to one contestant in a round.
        distant: Requests of one operation over the long line.
        only: The keys of the contestants; none for all.
        parts: What is measured.
    """

    rounds: int
    requests: int
    seconds: int
    distant: int
    only: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether this may go into the document."""
        return "BENCH_QUICK" not in os.environ and not self.only and self.parts == PARTS


def plan() -> Plan:
    """What the environment says."""
    return Plan(
        rounds=_number("BENCH_ROUNDS", 5),
        requests=_number("BENCH_REQUESTS", 500),
        seconds=_number("BENCH_SECONDS", 3),
        distant=_number("BENCH_DISTANT", 50),
        only=tuple(os.environ.get("BENCH_ONLY", "").split()),
        parts=tuple(os.environ.get("BENCH_PARTS", " ".join(PARTS)).split()),
    )
