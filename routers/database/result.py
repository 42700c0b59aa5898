"""The rows of a statement's result."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from psycopg.pq.abc import PGresult

from routers.schemas.extreme_values import finite

Readers = list[tuple[int, Callable[[Any], Any]]]
"""Conversions of column values, each with the position of its column."""

Rows = Sequence[tuple[Any, ...]]
"""Rows, each with its columns in the order of the statement."""


def read_rows(result: PGresult, transformer: Any, readers: Readers) -> Rows:
    """Return all rows of a result as Python values."""
    transformer.set_pgresult(result)
    rows: Rows = transformer.load_rows(0, result.ntuples, tuple)
    transformer.set_pgresult(None)
    if not rows or not readers:
        return rows
    # The driver returns all timestamps of a result in one time zone.
    times = (rows[0][place] for place, reader in readers if reader is in_utc)
    if any(time is not None and time.tzinfo is UTC for time in times):
        readers = [each for each in readers if each[1] is not in_utc]
    readers = [each for each in readers if each[1] is not finite or _has_infinity(rows, each[0])]
    return [_converted(readers, row) for row in rows] if readers else rows


def _converted(readers: Readers, row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, reader in readers:
        values[place] = reader(values[place])
    return tuple(values)


def _has_infinity(rows: Rows, place: int) -> bool:
    # A sum that overflows is no harm: the conversion leaves finite numbers as they are.
    return not math.isfinite(sum(filter(None, map(itemgetter(place), rows))))


def in_utc(time: datetime | None) -> datetime | None:
    """Convert a timestamp to UTC."""
    return time if time is None or time.tzinfo is UTC else time.astimezone(UTC)
