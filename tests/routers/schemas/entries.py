"""A resource with a nullable column of every type, and values for each of them."""

from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from routers import ReadRow, Resource
from tests.support.tables import OwnedSpecimen


class Colour(StrEnum):
    """An enum whose members are strings."""

    RED = "red"
    QUOTED = 'a "quoted" \u2028 colour'


class Grade(Enum):
    """An enum whose members only have strings as values."""

    GOOD = "good"
    POOR = "po\\or"


class EntryCreate(SQLModel):
    """An entry as a client writes it."""

    text: str | None = None
    count: int | None = Field(default=None, sa_type=BigInteger, ge=-(2**53) + 1, le=2**53 - 1)
    is_new: bool | None = None
    size: float | None = None
    other: UUID | None = None
    day: date | None = None
    at: datetime | None = None
    colour: Colour | None = None
    grade: Grade | None = None
    details: dict[str, Any] | None = None
    remarks: list[Any] | None = None
    words: list[str] | None = None
    sizes: list[float] | None = None
    counts: dict[str, int] | None = None


class StoredEntry(EntryCreate, OwnedSpecimen, table=True):
    """A row of entries."""


class EntryRead(EntryCreate, ReadRow):
    """An entry as its owner sees it."""


entries = Resource(path="/entries", model=StoredEntry, create=EntryCreate, read=EntryRead)

SPECIAL = [*map(chr, range(1, 0x30)), *'"\\/<>&\x7f\x80\x9f\u2028\u2029\ufeff\uffff\U0001f600\U0010ffff']
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30) | st.text(
    st.sampled_from(SPECIAL), max_size=30
)
COUNT = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), 2**63 - 1, 0])
SIZE = st.floats(-1e16, 1e16, exclude_min=True, exclude_max=True) | st.sampled_from(
    [1e-4, 1e-5, 1e-7, 5e-324, 2.2250738585072014e-308, -0.0, 0.0, 5.0, 0.1 + 0.2, 9999999999999998.0]
)
LARGE_SIZE = st.sampled_from([1e16, -1e16, 1e22, 1.7976931348623157e308]) | st.floats(
    1e16, allow_infinity=False
)
DAY = st.dates() | st.sampled_from([date.min, date.max, date(999, 12, 31)])
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
WHOLE_SECONDS = st.sampled_from(
    [FIRST, LAST, datetime(999, 12, 31, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]
)
MICROSECONDS = st.sampled_from([0, 1, 10, 1000, 120_000, 123_456, 999_999])
TIME = st.datetimes(timezones=st.just(UTC)) | st.builds(
    lambda time, microsecond: time.replace(microsecond=microsecond), WHOLE_SECONDS, MICROSECONDS
)
JSON = st.recursive(
    st.none() | st.booleans() | COUNT | SIZE | TEXT,
    lambda value: st.lists(value, max_size=3) | st.dictionaries(TEXT, value, max_size=3),
    max_leaves=10,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "count": st.integers(-(2**53) + 1, 2**53 - 1),
    "is_new": st.booleans(),
    "size": SIZE,
    "other": st.uuids(),
    "day": DAY,
    "at": TIME,
    "colour": st.sampled_from(Colour),
    "grade": st.sampled_from(Grade),
    "details": st.dictionaries(TEXT, JSON, max_size=3),
    "remarks": st.lists(JSON, max_size=3),
    "words": st.lists(TEXT, max_size=3),
    "sizes": st.lists(SIZE, max_size=3),
    "counts": st.dictionaries(TEXT, COUNT, max_size=3),
}
NULLABLE_VALUES = {column: st.none() | values for column, values in VALUES.items()}

# Python has no time before the year 1 or after 9999, to which a session's time zone may convert these.
_MARGIN = timedelta(days=2)
STORABLE_VALUES = NULLABLE_VALUES | {
    "at": st.none() | TIME.filter(lambda time: FIRST + _MARGIN < time < LAST - _MARGIN)
}
