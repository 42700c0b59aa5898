"""Whether a contestant gives the answers that all are to give, before anybody measures it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bench.operations import CREATOR, DELETER, OPERATIONS, owner_name, row_id
from bench.rows import connected, prepare_deletes
from bench.team import SUCCESS, Worker

MINE, OTHER, ROW = 5, 6, 99
MY_ROW = row_id(MINE, ROW)
COLUMNS = "id, created_at, updated_at, version, title, description, completed"
REFUSED = 4
"""Hundreds of a status."""

MEMBERS = COLUMNS.split(", ")
USUAL = {"get": 200, "list": 200, "create": 201, "update": 200, "delete": 204, "toggle": 200}
NAMED = {operation.name: operation for operation in OPERATIONS}


class WrongAnswerError(Exception):
    """A contestant does something else: its numbers would mean nothing."""


def check(worker: Worker, url: str) -> list[str]:
    """How its answers differ from the others', in phrases.

    Raises:
        WrongAnswerError: an effect is missing, or another owner's row is reached.
    """
    _Check(worker, url).isolation()
    return [difference for step in _Check(worker, url).steps() for difference in step()]


class _Check:
    def __init__(self, worker: Worker, url: str) -> None:
        self.worker, self.url = worker, url

    def steps(self) -> tuple[Callable[[], Iterator[str]], ...]:
        return (self.get, self.list, self.create, self.update, self.toggle, self.delete)

    def stored(self, row: str) -> dict[str, Any]:
        """What the database holds."""
        with connected(self.url) as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM task WHERE id = %s", (row,))  # our own names
            found = cursor.fetchone()
        return dict(zip(MEMBERS, found, strict=True)) if found else {}

    def ask(
        self, name: str, owner: int = MINE, row: int = ROW, by: int = MINE, number: int = 0
    ) -> tuple[int, Any]:
        """An operation on this owner's row, asked for by that one."""
        path = self.worker.contestant.path(NAMED[name], owner, row)
        return self.worker.ask(NAMED[name].method, path, owner_name(by), NAMED[name].sent(number))

    def refuse(self, so: str) -> None:
        raise WrongAnswerError(f"{self.worker.contestant.title}: {so}")

    def isolation(self) -> None:
        """Another owner's row is there for nobody else."""
        before = self.stored(MY_ROW)
        for name in ("get", "update", "delete", "toggle"):
            status, answer = self.ask(name, by=OTHER)
            if status // 100 != REFUSED or before["title"] in str(answer):
                self.refuse(f"{name} of another owner's row answered {status} {answer}")
            if self.stored(MY_ROW) != before:
                self.refuse(f"{name} changed another owner's row")

    def get(self) -> Iterator[str]:
        yield from self.compare("get", *self.ask("get"), self.stored(MY_ROW))

    def list(self) -> Iterator[str]:
        status, answer = self.ask("list")
        rows = answer[self.worker.contestant.items]
        if [row["id"] for row in rows] != [row_id(MINE, row) for row in range(ROW, ROW - 50, -1)]:
            self.refuse("the list holds other rows, or in another order")
        yield from self.compare("list", status, rows[0], self.stored(MY_ROW))

    def create(self) -> Iterator[str]:
        status, answer = self.ask("create", by=CREATOR)
        stored = self.stored((answer or {}).get("id", row_id(0, 0)))
        if (sent := NAMED["create"].sent(0)) != {name: stored.get(name) for name in sent}:
            self.refuse(f"create stored {stored}")
        yield from self.compare("create", status, answer, stored)

    def update(self) -> Iterator[str]:
        number = self.stored(MY_ROW)["version"]
        yield from self.change("update", NAMED["update"].sent(number), number)

    def toggle(self) -> Iterator[str]:
        yield from self.change("toggle", {"completed": not self.stored(MY_ROW)["completed"]}, 0)

    def change(self, name: str, change: Any, number: int) -> Iterator[str]:
        before = self.stored(MY_ROW)
        status, answer = self.ask(name, number=number)
        after = self.stored(MY_ROW)
        expected = {**before, **change, "version": before["version"] + 1, "updated_at": after["updated_at"]}
        if after != expected or after["updated_at"] <= before["updated_at"]:
            self.refuse(f"{name} made {before} into {after}")
        yield from self.compare(name, status, answer, after)

    def delete(self) -> Iterator[str]:
        prepare_deletes(self.url, (0, 1))
        status, answer = self.ask("delete", DELETER, 0, by=DELETER)
        if self.stored(row_id(DELETER, 0)):
            self.refuse("delete left the row")
        if answer:
            yield f"delete answers `{answer}`"
        yield from self._status("delete", status)

    def compare(self, name: str, status: int, answer: Any, stored: dict[str, Any]) -> Iterator[str]:
        """A row in an answer against the row in the database."""
        yield from self._status(name, status)
        if not isinstance(answer, dict):
            yield f"{name} answers `{'null' if answer is None else answer}`"
            return
        if extra := sorted(set(answer) - set(MEMBERS)):
            yield f"{name} answers {', '.join(f'`{member}`' for member in extra)} too"
        for member in MEMBERS:
            if member not in answer:
                yield f"{name} answers no `{member}`"
            elif _read(answer[member], stored[member]) != stored[member]:
                self.refuse(f"{name} answers {member} {answer[member]!r} for {stored[member]!r}")

    def _status(self, name: str, status: int) -> Iterator[str]:
        if status // 100 != SUCCESS:
            self.refuse(f"{name} answers {status}")
        if status != USUAL[name]:
            yield f"{name} answers {status}"


def _read(value: Any, like: Any) -> Any:
    """A value in the type of the one that it is compared with: times have several spellings."""
    return datetime.fromisoformat(value) if isinstance(like, datetime) else value
