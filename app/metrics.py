"""Prometheus metrics of a worker process. It writes them to files, which `app.metrics_server` reads."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from functools import cache, lru_cache, partial

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Receive, Scope, Send

from routers import ACQUIRE, Database, DatabaseOperation, path_template

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable of the Prometheus client that names the directory of the files."""

OTHER = "_OTHER"
"""The label value of unknown methods, and of paths without a route."""

SAMPLE_SECONDS = 1.0
"""The time between two measurements of the connection pool."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_WAIT_BUCKETS = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)

# The files are the registry. `livesum`: the sum over the workers that are alive.
_counter = partial(Counter, registry=None)
_histogram = partial(Histogram, registry=None)
_gauge = partial(Gauge, registry=None, multiprocess_mode="livesum")


class Metrics:
    """The metrics of this process; docs/observability.md describes each."""

    def __init__(self) -> None:
        """Start all metrics at zero."""
        self._requests = _counter(
            "http_server_requests", "Requests that reached the application.", ["method", "route", "status"]
        )
        self._durations = _histogram(
            "http_server_request_duration_seconds",
            "Time from the head of a request to the end of its response.",
            ["method", "route", "status_class"],
            buckets=_REQUEST_BUCKETS,
        )
        self.active = _gauge("http_server_active_requests", "Requests that are being processed.")
        self.open_connections = _gauge("http_server_open_connections", "Open connections of clients.")
        self._rejected = _counter(
            "http_server_rejected_requests",
            "Requests that were rejected before they reached the application.",
            ["status"],
        )
        self._pool_size = _gauge("db_client_connection_max", "Maximum number of database connections.")
        self._pool = _gauge("db_client_connection_count", "Database connections, by state.", ["state"])
        self._pool_waiting = _gauge(
            "db_client_connection_pending_requests", "Requests that wait for a database connection."
        )
        self._pool_waits = _histogram(
            "db_client_connection_wait_time_seconds",
            "Time to get a database connection.",
            buckets=_WAIT_BUCKETS,
        )
        self._pool_timeouts = _counter(
            "db_client_connection_timeouts", "Requests that got no database connection in time."
        )
        self._database_errors = _counter(
            "db_client_errors", "Failed database operations, by class of their SQLSTATE.", ["sqlstate_class"]
        )
        for status in ("400", "431"):
            self._rejected.labels(status)
        self._database_errors.labels("unavailable")
        self._of_request = lru_cache(4096)(self._labelled)

    def observe_request(self, scope: Scope, status: int, seconds: float, _error: Exception | None) -> None:
        """Count a request."""
        count, duration = self._of_request(scope["method"], path_template(scope), status)
        count.inc()
        duration.observe(seconds)

    def _labelled(self, method: str, route: str | None, status: int) -> tuple[Counter, Histogram]:
        labels = method if method in _METHODS else OTHER, route or OTHER
        count = self._requests.labels(*labels, str(status))
        return count, self._durations.labels(*labels, f"{status // 100}xx")

    def observe_rejection(self, status: int) -> None:
        """Count a request that was rejected before it reached the application."""
        self._rejected.labels(str(status)).inc()

    def observe_operation(self, operation: DatabaseOperation) -> None:
        """Count a database operation."""
        error = operation.error
        if operation.sql == ACQUIRE:
            self._pool_waits.observe((operation.end - operation.start) / 1e9)
            if error == TimeoutError.__name__:
                self._pool_timeouts.inc()
                return
        if error is not None:
            self._database_errors.labels(error[:2] if _SQLSTATE.fullmatch(error) else "unavailable").inc()

    @contextlib.asynccontextmanager
    async def measuring(self, database: Database) -> AsyncIterator[None]:
        """Measure the connection pool once a second during the block."""

        def measure() -> None:
            status = database.pool_status
            self._pool_size.set(status.size)
            self._pool.labels("used").set(status.used)
            self._pool.labels("idle").set(status.idle)
            self._pool_waiting.set(status.waiting)

        async def repeat() -> None:
            while True:
                await asyncio.sleep(SAMPLE_SECONDS)
                measure()

        measure()
        task = asyncio.create_task(repeat())
        try:
            yield
        finally:
            task.cancel()


class CountActive:
    """ASGI middleware that counts the requests that are being processed."""

    def __init__(self, app: ASGIApp, gauge: Gauge) -> None:
        """Wrap an application."""
        self.app = app
        self.gauge = gauge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.gauge.track_inprogress():
            await self.app(scope, receive, send)


@cache
def process_metrics() -> Metrics | None:
    """Return the metrics of this process; None if they are off."""
    return Metrics() if DIRECTORY in os.environ else None
