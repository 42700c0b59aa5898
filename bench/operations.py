"""The operations that are measured, with the numbering of the rows that they work on."""

import json
from dataclasses import dataclass
from typing import Any

OWNERS = 1001
"""Owners that have rows: all but the last have ROWS of them, the last BIG."""

ROWS, BIG = 100, 10_000
CREATOR, DELETER = OWNERS, OWNERS + 1
"""The owner whose rows come, and the one whose rows go."""


@dataclass(frozen=True)
class Operation:
    """One thing that a client does.

    Attributes:
        name: What it is called in the tables.
        method: HTTP's.
        body: What is sent, if anything; `@` in it stands for the request's number.
        on_row: Whether the path names a row.
        tail: What follows the row in the path.
    """

    name: str
    method: str
    body: dict[str, Any] | None = None
    on_row: bool = True
    tail: str = ""

    def sent(self, number: int) -> Any:
        """The body of the request of this number; an ORM would not write a change that changes nothing."""
        text = json.dumps(self.body)
        return json.loads(text.replace("@", str(number)))

    def target(self, number: int) -> tuple[int, int]:
        """The owner and the row that the request of this number is about."""
        if self.name == "create":
            return CREATOR, 0
        if self.name == "delete":
            return DELETER, number
        return number % OWNERS, number // OWNERS % ROWS


OPERATIONS = (
    Operation("get", "GET"),
    Operation("list", "GET", on_row=False),
    Operation(
        "create",
        "POST",
        {"title": "Buy milk", "description": "Two bottles, the green ones.", "completed": False},
        on_row=False,
    ),
    Operation("update", "PATCH", {"description": "Three bottles, the blue ones: @."}),
    Operation("delete", "DELETE"),
    Operation("toggle", "POST", tail="/toggle"),
)


def owner_name(owner: int) -> str:
    """The owner of this number."""
    return f"owner-{owner}"


def row_id(owner: int, row: int) -> str:
    """The id of this row; `rows.py` and `requests.lua` count alike."""
    return f"{owner:08x}-0000-7000-8000-{row:012x}"
