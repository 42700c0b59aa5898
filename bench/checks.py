"""Checks that a contestant returns the right values, has the right effects, and isolates owners."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.database import Database
from bench.measures import TABLE
from bench.operations import OPERATIONS, Operation, Request, owner_name, row_id
from bench.processes import Server

MEMBERS = ("id", "created_at", "updated_at", "version", "title", "description", "completed")
STATUSES = {"create": 201, "delete": 204}
OWNER, OTHER_OWNER, NEWEST = 5, 6, 99
"""The owner of the checked row, another owner, and the row, which is the owner's newest."""

Row = dict[str, Any]


class CheckError(Exception):
    """The contestant behaves differently from the others, so that its numbers would mean nothing."""


def check(server: Server, database: Database) -> list[str]:
    """Return how the contestant's responses differ from the usual ones, in phrases.

    Raises:
        CheckError: a value, an effect or the isolation of owners is wrong.
    """
    database.clean()
    ((version,),) = database.execute(f"SELECT version FROM task WHERE id = '{row_id(OWNER, NEWEST)}'")
    number = (
        version * TABLE.rows + NEWEST * TABLE.owners + OWNER
    )  # new texts: an ORM would not write old ones
    database.add_deletable(TABLE, range(number, number + 1))
    checks = [_Check(server, database, operation, number) for operation in OPERATIONS]
    return [difference for each in checks for difference in each.differences()]


@dataclass(frozen=True)
class _Check:
    server: Server
    database: Database
    operation: Operation
    number: int

    def differences(self) -> Iterator[str]:
        contestant, name = self.server.contestant, self.operation.name
        owner, row = TABLE.target(self.operation, self.number)
        row_key = row_id(owner, row)
        request = contestant.request(self.operation, owner, row, self.number)
        before = self._stored(row_key)
        if self.operation.on_row:
            status, body = self.server.send(request._replace(owner=owner_name(OTHER_OWNER)))
            hidden = 400 <= status < 500 and before["title"] not in str(body)  # noqa: PLR2004 # client errors
            self._require(hidden, f"returns {status} {body} to another owner")
            self._require(self._stored(row_key) == before, "changes the row for another owner")
        status, body = self.server.send(request)
        self._require(status // 100 == 2, f"returns {status} {body}")  # noqa: PLR2004 # success
        if status != STATUSES.get(name, 200):
            yield f"{name} returns {status}"
        if name == "list":
            newest = [row_id(owner, row) for row in range(NEWEST, NEWEST - 50, -1)]
            self._require(
                [row["id"] for row in body[contestant.items]] == newest, "returns other rows or another order"
            )
            body = body[contestant.items][0]
        after = self._stored(body["id"] if name == "create" else row_key)
        self._check_effect(request, before, after)
        yield from self._compare(body, after)

    def _require(self, condition: object, explanation: str) -> None:
        if not condition:
            raise CheckError(f"{self.server.contestant.title}: {self.operation.name} {explanation}")

    def _stored(self, row: str) -> Row:
        rows = self.database.execute(
            f"SELECT id::text, {', '.join(MEMBERS[1:])} FROM task WHERE id = '{row}'"
        )
        return dict(zip(MEMBERS, rows[0], strict=True)) if rows else {}

    def _check_effect(self, request: Request, before: Row, after: Row) -> None:
        """Require that the operation has changed what it should in the database, and nothing else."""
        name = self.operation.name
        if name == "delete":
            self._require(not after, "leaves the row")
            return
        changes = json.loads(request.body or "{}")
        if name == "toggle":
            changes = {"completed": not before["completed"]}
        if name in {"update", "toggle"}:
            self._require(after["updated_at"] > before["updated_at"], "leaves updated_at")
            changes |= {"version": before["version"] + 1, "updated_at": after["updated_at"]}
        expected = (after if name == "create" else before) | changes
        self._require(after == expected, f"stores {after} instead of {expected}")

    def _compare(self, body: Any, stored: Row) -> Iterator[str]:
        """Require the stored values in the response, and return which members are more or less."""
        name = self.operation.name
        if not stored or not isinstance(body, dict):
            if body or stored:
                yield f"{name} returns `{json.dumps(body)}`"
            return
        for member in sorted(body.keys() ^ stored.keys()):
            yield f"{name} returns {'' if member in body else 'no '}`{member}`"
        for member in body.keys() & stored.keys():
            value = body[member]
            if isinstance(stored[member], datetime):
                value = datetime.fromisoformat(value)
            self._require(value == stored[member], f"returns {value} as {member}")
