"""The adapters of psycopg: how a connection converts values from and to PostgreSQL's formats."""

import struct
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader, Transformer
from psycopg.postgres import types
from psycopg.pq import Format
from psycopg.types.datetime import DateLoader, TimestamptzLoader
from sqlalchemy.pool import ConnectionPoolEntry

from routers.schemas.extreme_values import DATES, TIMESTAMPS, Calendar, DateT, ExtremeDate, ExtremeTime

TRANSFORMER = "routers.transformer"
"""The key in `connection.info` of the fast psycopg adapter, which caches what it knows about types."""


def set_adapters(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Set, as a "connect" listener, the adapters of a connection.

    The connection reads every date and timestamp. Its transformer is several times faster, and raises
    `DataError` for those that Python does not have.
    """
    driver = connection.driver_connection
    set_dumpers(driver.adapters)
    fast: Any = SimpleNamespace(adapters=AdaptersMap(driver.adapters), connection=driver)
    entry.info[TRANSFORMER] = Transformer(fast)
    set_loaders(driver.adapters)


def set_dumpers(adapters: AdaptersMap) -> None:
    """Have every date and timestamp written."""
    adapters.register_dumper(ExtremeDate, _DateDumper)
    adapters.register_dumper(ExtremeTime, _TimestampDumper)


def set_loaders(adapters: AdaptersMap) -> None:
    """Have every date and timestamp read."""
    adapters.register_loader("date", _DateLoader)
    adapters.register_loader("date", _BinaryDateLoader)
    adapters.register_loader("timestamptz", _TimestampLoader)
    adapters.register_loader("timestamptz", _BinaryTimestampLoader)


class _DateLoader(DateLoader):
    def load(self, data: Buffer) -> date:
        try:
            return super().load(data)
        except DataError:
            return _infinite(DATES, data)


class _TimestampLoader(TimestamptzLoader):
    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data).astimezone(UTC)
        except (DataError, OverflowError):
            return _infinite(TIMESTAMPS, data)


def _infinite(calendar: Calendar[DateT], data: Buffer) -> DateT:
    is_early = bytes(data).startswith(b"-") or bytes(data).endswith(b"BC")
    return calendar.value(-calendar.infinity if is_early else calendar.infinity)


class _BinaryDateLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> date:
        return DATES.value(*struct.unpack("!i", data))


class _BinaryTimestampLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> datetime:
        return TIMESTAMPS.value(*struct.unpack("!q", data))


class _DateDumper(Dumper):
    format = Format.BINARY
    oid = types["date"].oid

    def dump(self, obj: ExtremeDate) -> Buffer:
        return struct.pack("!i", obj.stored)


class _TimestampDumper(Dumper):
    format = Format.BINARY
    oid = types["timestamptz"].oid

    def dump(self, obj: ExtremeTime) -> Buffer:
        return struct.pack("!q", obj.stored)
