"""OpenTelemetry: requests are recorded by FastAPI, database operations here, if `OTEL_*` sets an endpoint."""

import os
import re
from functools import lru_cache
from urllib.parse import urlsplit

import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from app import __version__
from app.exporters import SERVICE_NAME, Exporters
from routers import ACQUIRE, Database, DatabaseOperation

_OPERATION = re.compile(r"\w+")
_COLLECTION = re.compile(r'\b(?:INTO|UPDATE|(?<!DISTINCT )FROM) "?(\w+)')


class InvalidVariable(ValueError):
    """An `OTEL_*` variable has a value that is not supported; the message says how to fix it."""


class Telemetry:
    """What is exported.

    Attributes:
        config: The setting `telemetry` of FastAPI.
    """

    def __init__(self, *, enabled: bool) -> None:
        """Start the exporters that the environment configures; errors are logged."""
        try:
            signals = tuple(signal for signal in ("TRACES", "METRICS") if enabled and _is_exported(signal))
            self._exporters = exporters = Exporters(signals)
        except ValueError as error:
            structlog.get_logger().warning("nothing is exported to OpenTelemetry", reason=str(error))
            self._exporters = exporters = Exporters(())
        self.config: TelemetryConfig = {
            "auto_configure": False,  # FastAPI's own exporters delay the end of the server by up to a minute
            "logs": False,  # they would contain the messages of exceptions
            "operation_spans": False,
            "tracer_provider": exporters.tracer_provider,
            "tracing": exporters.tracer_provider is not None,
            "meter_provider": exporters.meter_provider,
            "metrics": exporters.meter_provider is not None,
        }

    def trace(self, database: Database) -> None:
        """Record the operations of a database, if traces are exported."""
        if provider := self._exporters.tracer_provider:
            database.observe(DatabaseTracer(provider.get_tracer(SERVICE_NAME, __version__)))

    async def close(self) -> None:
        """Export what is left."""
        await self._exporters.close()


def _is_exported(signal: str) -> bool:
    """Check whether the environment asks for the export of a signal.

    Raises:
        InvalidVariable: it does, but in a way that is not supported.
    """

    def read(*names: str) -> tuple[str, str]:
        return next(((name, value) for name in names if (value := os.environ.get(name))), ("", ""))

    endpoint = read(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    exporter = read(f"OTEL_{signal}_EXPORTER")
    protocol = read(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    if not endpoint[1] or exporter[1] == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if exporter[1] not in {"", "otlp"}:
        raise InvalidVariable(f"{exporter[0]} is not supported: set it to otlp or none.")
    if protocol[1] not in {"", "http/protobuf"}:
        raise InvalidVariable(
            f"{protocol[0]} is not supported: set it to http/protobuf, and the endpoint to the collector's "
            "port for HTTP, usually 4318."
        )
    url = urlsplit(endpoint[1])
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise InvalidVariable(f"{endpoint[0]} is not a URL: set it to one like http://127.0.0.1:4318.")
    return True


class DatabaseTracer:
    """Records database operations as children of the request's span."""

    def __init__(self, tracer: Tracer) -> None:
        """Create spans by a tracer."""
        self._tracer = tracer

    def __call__(self, operation: DatabaseOperation) -> None:
        """Record an operation: a statement as a span, the wait for a connection as an event."""
        request = trace.get_current_span()
        if not request.is_recording():
            return
        if operation.sql == ACQUIRE:
            attributes: dict[str, AttributeValue] = {
                "db.client.connection.wait_time": (operation.end - operation.start) / 1e9
            }
            if operation.error is not None:
                attributes["error.type"] = operation.error
            request.add_event("db.client.connection.acquire", attributes, operation.end)
            return
        name, attributes = _describe(operation.sql)
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, start_time=operation.start
        )
        if operation.error is not None:
            span.set_attribute("error.type", operation.error)
            span.set_status(StatusCode.ERROR)
        span.end(operation.end)


@lru_cache(256)
def _describe(sql: str) -> tuple[str, dict[str, AttributeValue]]:
    """Return the name and the attributes of a span, by the semantic conventions for PostgreSQL."""
    attributes: dict[str, AttributeValue] = {"db.system.name": "postgresql", "db.query.text": sql}
    name = ""
    if operation := _OPERATION.search(sql):
        name = attributes["db.operation.name"] = operation[0]
    if collection := _COLLECTION.search(" ".join(sql.split())):
        attributes["db.collection.name"] = collection[1]
        name = f"{name} {collection[1]}"
    return name, attributes
