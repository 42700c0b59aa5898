"""The measured operations and the numbering of the rows that they address."""

from dataclasses import dataclass
from typing import NamedTuple

DELETABLE = 1_000_000_000
"""Row numbers from here on belong to rows that exist to be deleted."""


class Request(NamedTuple):
    """One request; `body` is JSON text."""

    method: str
    path: str
    owner: str
    body: str = ""


@dataclass(frozen=True)
class Operation:
    """One API operation; `@` in its body stands for the number of the request."""

    name: str
    method: str
    body: str = ""
    on_row: bool = True
    tail: str = ""


TASK = '{"title": "Buy milk", "description": "Two bottles, the green ones.", "completed": false}'
OPERATIONS = (
    Operation("get", "GET"),
    Operation("list", "GET", on_row=False),
    Operation("create", "POST", TASK, on_row=False),
    Operation("update", "PATCH", '{"description": "Three bottles, the blue ones: @."}'),
    Operation("delete", "DELETE"),
    Operation("toggle", "POST", tail="/toggle"),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}


def owner_name(owner: int) -> str:
    """Return the id of an owner."""
    return f"owner-{owner}"


def row_id(owner: int, row: int) -> str:
    """Return the id of a row, as `database.py` and `requests.lua` build it."""
    return f"{owner:08x}-0000-7000-8000-{row:012x}"


@dataclass(frozen=True)
class Table:
    """A table whose owners have equally many rows; consecutive requests are `stride` rows apart."""

    owners: int
    rows: int
    stride: int = 1

    def target(self, operation: Operation, number: int) -> tuple[int, int]:
        """Return the owner and the row that the request with this number addresses."""
        row, owner = divmod(number * self.stride % self.rows, self.owners)
        return owner, DELETABLE + number if operation.name == "delete" else row
