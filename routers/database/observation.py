"""Report what the database did to an observer, for traces and metrics."""

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

ACQUIRE = "ACQUIRE"
"""The `sql` of an operation that waits for a connection of the pool, or opens one."""


class DatabaseOperation(NamedTuple):
    """A finished statement, or a wait for a connection.

    Attributes:
        sql: The text, with placeholders for all values; else `ACQUIRE`, `COMMIT` or `ROLLBACK`.
        start: The start, in nanoseconds since 1970.
        end: The end, in nanoseconds since 1970.
        error: The SQLSTATE of a failure, or the name of its class; None after a success.
    """

    sql: str
    start: int
    end: int
    error: str | None


DatabaseObserver = Callable[[DatabaseOperation], None]
"""Called after each operation, in the context of the request."""


class Observation:
    """A block in which an operation runs; its end is reported."""

    def __init__(self, observers: Iterable[DatabaseObserver], sql: str) -> None:
        """Measure a statement, or an operation with a name."""
        self._observers = observers
        self._sql = sql

    def __enter__(self) -> None:
        self._start = time.time_ns()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        _report(self._observers, self._sql, self._start, error)


UNOBSERVED = contextlib.nullcontext()
"""The block of an operation that nobody observes."""


def observe_sessions(engine: Engine, observers: Iterable[DatabaseObserver]) -> None:
    """Report the statements that SQLAlchemy executes itself: those of sessions."""
    key = "routers.observation"

    def start(connection: Any, *_statement: Any) -> None:
        connection.info[key] = time.time_ns()

    def end(connection: Any, _cursor: Any, sql: str, *_values: Any) -> None:
        _report(observers, sql, connection.info.pop(key), None)

    def fail(context: ExceptionContext) -> None:
        info: dict[str, Any] = context.connection.info if context.connection is not None else {}
        if key in info:
            _report(observers, context.statement or "", info.pop(key), context.original_exception)

    event.listen(engine, "before_cursor_execute", start)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)


def _report(observers: Iterable[DatabaseObserver], sql: str, start: int, error: BaseException | None) -> None:
    state = None
    if error is not None:
        state = getattr(getattr(error, "orig", error), "sqlstate", None) or type(error).__name__
    operation = DatabaseOperation(sql, start, time.time_ns(), state)
    for observer in observers:
        observer(operation)
