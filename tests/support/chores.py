"""A resource with orders of every kind: nullable members, enums, several members, ignoring case."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel

from routers import ReadRow, Resource
from tests.support.tables import OwnedSpecimen


class Priority(StrEnum):
    """The priority of a chore, from low to high; not in the order of the alphabet."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "it's urgent"


class ChoreCreate(SQLModel):
    """A chore as a client writes it."""

    title: str = Field(max_length=20)
    nickname: str | None = Field(default=None, max_length=10)
    due_on: date | None = None
    priority: Priority = Priority.LOW
    risk: Priority | None = None
    effort: int = 0


class Chore(ChoreCreate, OwnedSpecimen, table=True):
    """A row of chores."""


class ChoreRead(ChoreCreate, ReadRow):
    """A chore as its owner sees it."""


ORDERS = {
    "due_on": "due_on NULLS LAST, id",
    "-due_on": "due_on DESC NULLS LAST, id DESC",
    "priority": "array_position('{low,medium,it''s urgent}', priority::text), id",
    "-risk": "array_position('{low,medium,it''s urgent}', risk::text) DESC NULLS LAST, id DESC",
    "title": 'lower(title) COLLATE "C", title COLLATE "C", id',
    "-nickname": 'lower(nickname) COLLATE "C" DESC NULLS LAST, nickname COLLATE "C" DESC NULLS LAST, id DESC',
    "effort,due_on": "effort, due_on NULLS LAST, id",
    "-due_on,-effort": "due_on DESC NULLS LAST, effort DESC, id DESC",
    "-due_on,title": 'due_on DESC NULLS LAST, lower(title) COLLATE "C", title COLLATE "C", id',
    "-effort,due_on,-nickname": 'effort DESC, due_on NULLS LAST, lower(nickname) COLLATE "C" DESC NULLS LAST,'
    ' nickname COLLATE "C" DESC NULLS LAST, id DESC',
}
"""Orders with the ORDER BY that each stands for."""

CHORES = {
    sort: Resource(
        path="/chores",
        model=Chore,
        create=ChoreCreate,
        read=ChoreRead,
        sorts=(sort,),
        ignore_case=tuple(name for name in ("title", "nickname") if name in sort),
    )
    for sort in ORDERS
}
"""A resource for each order, which is its default."""
