"""Tables of tasks of a chosen size, with the requests to their rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bench.contestants import Contestant
from bench.growth.costs import Request
from bench.operations import Operation, owner_name
from bench.rows import connected

STRIDE = 2_654_435_761
"""A prime: multiples of it reach all rows of a table, and lie far apart."""

GOING = 0xD000_0000_0000
"""Where the numbers of the rows begin that are there to be deleted."""

INSERT = """
INSERT INTO task (owner_id, id, created_at, updated_at, title, description, completed)
SELECT 'owner-' || owner,
    (lpad(to_hex(owner), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(row), 12, '0'))::uuid,
    moment, moment, 'Task ' || row || ' of this owner', 'What is to be done, in some words.', row % 3 = 0
FROM (SELECT number % {owners} AS owner, number / {owners} AS row,
        timestamptz '2020-01-01 00:00Z' + number * interval '10 seconds 1 microsecond' AS moment
    FROM generate_series(0::bigint, {rows} - 1) AS number) AS rows
"""
"""As time would fill it: the owners' rows lie between one another."""

PREPARE = """
INSERT INTO task (owner_id, id, title, completed)
SELECT owner, id::uuid, 'Task that goes', false FROM unnest(%s, %s) AS going (owner, id)
"""
TIDY = "DELETE FROM task WHERE owner_id = ANY (%s) AND created_at > '2025-01-01'"


@dataclass(frozen=True)
class Table:
    """A table of so many rows of so many owners; each has as many as the others."""

    rows: int
    owners: int

    def fill(self, url: str) -> None:
        """Make the rows."""
        with connected(url) as cursor:
            cursor.execute(INSERT.format(rows=self.rows, owners=self.owners))
            cursor.execute("VACUUM (ANALYZE) task")
            cursor.execute("CHECKPOINT")

    def request(self, contestant: Contestant, operation: Operation, number: int) -> Request:
        """The request of this number: each is about another place of the table."""
        place = number * STRIDE % self.rows
        owner, row = place % self.owners, place // self.owners
        if operation.name == "delete":
            row = GOING + number
        body = "" if operation.body is None else json.dumps(operation.sent(number))
        return Request(operation.method, contestant.path(operation, owner, row), owner_name(owner), body)

    def tidy(self, url: str, requests: Sequence[Request], *, going: bool) -> None:
        """Remove what requests like these left, and make the rows that they delete, if they do."""
        owners = [request.owner for request in requests]
        with connected(url) as cursor:
            cursor.execute(TIDY, (sorted(set(owners)),))
            if going:
                cursor.execute(PREPARE, (owners, [request.path.rpartition("/")[2] for request in requests]))
