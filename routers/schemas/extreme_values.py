"""Values that PostgreSQL stores but Python or JSON lack: each is read as the nearest, which knows it.

PostgreSQL's calendar begins in 4714 BC, ends long after the year 9999, and has `-infinity` and `infinity`.
Its floats include infinities and NaN, which is greater than all others.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from routers.schemas.field_formats import MAX_FLOAT

DateT = TypeVar("DateT", bound=date)


class ExtremeDate(date):
    """The first or the last date of Python, for a date beyond it, whose number is `stored`."""

    stored: int


class ExtremeTime(datetime):
    """The first or the last timestamp of Python, for one beyond it, whose number is `stored`."""

    stored: int


class ExtremeFloat(float):
    """The lowest or the highest finite number, for `stored`, which is not finite."""

    stored: float


def finite(number: float | None) -> float | None:
    """Return a number or, if it is not finite, the nearest that is."""
    if number is None or math.isfinite(number):
        return number
    extreme = ExtremeFloat(-MAX_FLOAT if number == -math.inf else MAX_FLOAT)
    extreme.stored = number
    return extreme


@dataclass(frozen=True)
class Calendar(Generic[DateT]):
    """The values of a PostgreSQL type, each with the number that PostgreSQL stores.

    Attributes:
        epoch: The value with the number 0.
        unit: The time from one value to the next.
        bits: The size of a number. The lowest and the highest are the infinities.
        finite: The numbers of the other values.
        first: The first value of Python.
        last: The last value of Python.
    """

    epoch: DateT
    unit: timedelta
    bits: int
    finite: range
    first: Any
    last: Any

    def value(self, number: int) -> DateT:
        """Return the value with a number or, if Python has none, the nearest, which knows its number."""
        try:
            return self.epoch + number * self.unit
        except OverflowError:
            extreme: DateT = (self.first if number < 0 else self.last).replace()
        infinity = -self.infinity - 1 if number < 0 else self.infinity
        extreme.__dict__["stored"] = number if number in self.finite else infinity
        return extreme

    def number(self, value: DateT) -> int:
        """Return the number of a value."""
        stored: int | None = getattr(value, "stored", None)
        return (value - self.epoch) // self.unit if stored is None else stored

    @property
    def infinity(self) -> int:
        """The highest number."""
        return (1 << (self.bits - 1)) - 1


DATES = Calendar(
    epoch=date(2000, 1, 1),
    unit=timedelta(days=1),
    bits=32,
    finite=range(-2_451_545, 2_145_031_949),
    first=ExtremeDate(1, 1, 1),
    last=ExtremeDate(9999, 12, 31),
)
TIMESTAMPS = Calendar(
    epoch=datetime(2000, 1, 1, tzinfo=UTC),
    unit=timedelta(microseconds=1),
    bits=64,
    finite=range(-211_813_488_000_000_000, 9_223_371_331_200_000_000),
    first=ExtremeTime(1, 1, 1, tzinfo=UTC),
    last=ExtremeTime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
