"""An invalid sort or filter is rejected at import, with a message that says how to fix it."""

from typing import Any

import pytest
from sqlmodel import Field, SQLModel

from routers import Equals, Has, OneOf, Range, ReadRow, Search
from tests.routers.resource.rejection import SPECIMEN, rejection
from tests.support.ledgers import Ledger, LedgerCreate, LedgerRead, ledgers
from tests.support.tables import OwnedSpecimen

BOUNDS = (
    'the Range of version needs a lower bound ("gt" or "gte"), an upper bound ("lt" or "lte") or one of each:'
    ' write Range("version", "gte", "lt").'
)
WRONG_BOUNDS: tuple[tuple[Any, ...], ...] = (
    (),
    ("ge",),
    ("gte", "ge"),
    ("gte", "gte"),
    ("gt", "gte"),
    ("lte", "lt"),
    ("gt", "gte", "lt"),
    (["gte", "lt"],),
    (None,),
)
LEDGER = {
    "model": Ledger,
    "create": LedgerCreate,
    "read": LedgerRead,
    "derived": ledgers.derived,
    "sorts": ledgers.sorts,
}
NO_SORT = "its type is not supported; sort by text, numbers, enums, dates or timestamps."
NO_ORDER = "the sort {!r} is no list of members: write them like -priority,title."
NO_RANGE = "is no number, date or timestamp, so it has no range: use Equals or OneOf."
NO_PARAMETER = "contains JSON, which is no query parameter: use Contains for a list."
NO_SEARCH = "is no text, so it cannot be searched: drop it from Search."
TWO_MEANINGS = "the query parameter {} has two meanings: drop a filter, or rename its parameter."
NO_TEXT = "only text without a collation can ignore case: drop it from ignore_case."


class LongTextCreate(SQLModel):
    """A schema with a text that is too long to sort by."""

    text: str = Field(max_length=201)


class LongTextRow(LongTextCreate, OwnedSpecimen, table=True):
    """The table of that schema."""


class LongTextRead(LongTextCreate, ReadRow):
    """The read schema of that table."""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sorts": "name"}, 'sorts is not a tuple: write sorts=("-created_at",).'),
        ({"filters": Equals("name")}, 'filters is not a tuple: write filters=(Equals("done"),).'),
        (
            {"filters": ("name",)},
            'filters has an element that is no filter: write filters=(Equals("done"),).',
        ),
        ({"ignore_case": "name"}, 'ignore_case is not a tuple: write ignore_case=("title",).'),
        *(({"sorts": (sort,)}, NO_ORDER.format(sort)) for sort in ("", "+name", "name, note", "name desc")),
        ({"filters": (Search(),)}, 'a Search has no column: write Search("title").'),
        ({"sorts": ()}, "it has no sorts: add at least one, e.g. -created_at."),
        (
            {"sorts": ("name,-nonsense",)},
            "the sort name,-nonsense has nonsense, which is not in read: add it there or drop it.",
        ),
        ({"sorts": ("-ready",)}, f"the sort -ready is not possible: {NO_SORT}"),
        ({**SPECIMEN, "sorts": ("details",)}, f"the sort details is not possible: {NO_SORT}"),
        (
            {"model": LongTextRow, "create": LongTextCreate, "read": LongTextRead, "sorts": ("text",)},
            "the sort text is not possible: text needs a max_length of at most 200.",
        ),
        ({"sorts": ("name", "-name", "name")}, "sorts has the same order twice: drop one."),
        ({"sorts": ("name,-name",)}, "the sort name,-name has a member twice: drop the second."),
        (
            {"sorts": ("name",), "ignore_case": ("note",)},
            "ignore_case has note, which no order has: correct the name or drop it.",
        ),
        (
            {"sorts": ("-created_at",), "ignore_case": ("created_at",)},
            f"the sort -created_at is not possible: {NO_TEXT}",
        ),
        (
            {"filters": (Equals("colour"),)},
            "a filter has colour, which is not a member of read: add it there or drop the filter.",
        ),
        (
            {"filters": (Equals("ready"), Equals("ready"))},
            TWO_MEANINGS.format("ready"),
        ),
        (
            {"filters": (Search("name", parameter="limit"),)},
            TWO_MEANINGS.format("limit"),
        ),
        ({"filters": (Range("name", "gte"),)}, f"name {NO_RANGE}"),
        (
            {**SPECIMEN, "filters": (Range("colour", "gte"),)},
            f"colour {NO_RANGE}",
        ),
        *(({"filters": (Range("version", *bounds),)}, BOUNDS) for bounds in WRONG_BOUNDS),
        (
            {"filters": (Range("version", "gt"), Range("version", "gte"))},
            "version has several Range filters: declare its bounds in one of them.",
        ),
        (
            {"filters": (Has("ready"),)},
            "ready is never null, so every row has it: drop the Has, or let it be null.",
        ),
        (
            {**LEDGER, "filters": (Has("entry_count"),)},
            "entry_count is never null, so every row has it: drop the Has, or let it be null.",
        ),
        (
            {"filters": (Has("note"), Search("name", parameter="has_note"))},
            TWO_MEANINGS.format("has_note"),
        ),
        (
            {**SPECIMEN, "filters": (Equals("count"),), "count": True},
            TWO_MEANINGS.format("count"),
        ),
        ({**SPECIMEN, "filters": (Equals("details"),)}, f"details {NO_PARAMETER}"),
        (
            {**SPECIMEN, "filters": (OneOf("anything"),)},
            f"anything {NO_PARAMETER}",
        ),
        ({**SPECIMEN, "filters": (Search("name", "legs"),)}, f"legs {NO_SEARCH}"),
        ({**SPECIMEN, "filters": (Search("colour"),)}, f"colour {NO_SEARCH}"),
    ],
)
def test_an_invalid_sort_or_filter_is_rejected(changes: dict[str, Any], message: str) -> None:
    assert rejection(**changes) == message
