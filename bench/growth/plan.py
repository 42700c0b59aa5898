"""How far everything grows, chosen by variables of the environment."""

import os
from dataclasses import dataclass

PARTS = ("rows", "orders", "owners", "pages", "bodies", "clients", "life")

USUAL = {
    "ROWS": "10000 1000000 10000000",
    "OWNERS": "1 1000 100000",
    "TABLE": "1000000",
    "PAGES": "1 10 100 1000 10000",
    "BODIES": "100 1024 4096 16384 65536",
    "CLIENTS": "1 10 50 100 500",
    "LIFE": "1000000",
    "ROUNDS": "5",
    "REQUESTS": "200",
    "SECONDS": "2",
}
QUICK = USUAL | {
    "ROWS": "10000 100000",
    "OWNERS": "1 100 10000",
    "TABLE": "100000",
    "PAGES": "1 10 100 1000",
    "LIFE": "50000",
    "ROUNDS": "3",
    "REQUESTS": "50",
    "SECONDS": "1",
}


@dataclass(frozen=True)
class Plan:
    """How far everything grows.

    Attributes:
        rows: Rows of a table of 100 owners.
        owners: Owners of a table of `table` rows.
        table: Rows of the tables that differ in owners, the one of a single owner, whose pages are
            counted, among them.
        pages: Which pages are asked for, of 50 rows.
        bodies: Bytes of a request's body.
        clients: Connections open at once.
        life: Requests in the life of one worker.
        rounds: How often everything but that life is measured, in another order each time.
        requests: Requests of one operation in a round, in process.
        seconds: How long wrk sends, for one operation in a round.
        parts: What is measured.
    """

    rows: tuple[int, ...]
    owners: tuple[int, ...]
    table: int
    pages: tuple[int, ...]
    bodies: tuple[int, ...]
    clients: tuple[int, ...]
    life: int
    rounds: int
    requests: int
    seconds: int
    parts: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether this may go into the document."""
        return "GROWTH_QUICK" not in os.environ and self.parts == PARTS


def plan() -> Plan:
    """What the environment says."""
    usual = QUICK if "GROWTH_QUICK" in os.environ else USUAL

    def several(name: str) -> tuple[int, ...]:
        return tuple(map(int, os.environ.get(f"GROWTH_{name}", usual[name]).split()))

    def one(name: str) -> int:
        (number,) = several(name)
        return number

    return Plan(
        rows=several("ROWS"),
        owners=several("OWNERS"),
        table=one("TABLE"),
        pages=several("PAGES"),
        bodies=several("BODIES"),
        clients=several("CLIENTS"),
        life=one("LIFE"),
        rounds=one("ROUNDS"),
        requests=one("REQUESTS"),
        seconds=one("SECONDS"),
        parts=tuple(os.environ.get("GROWTH_PARTS", " ".join(PARTS)).split()),
    )
