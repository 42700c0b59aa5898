"""The export of traces and metrics by OTLP over HTTP, which the standard `OTEL_*` variables configure."""

import asyncio
import os
import time
from collections.abc import Collection
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from typing_extensions import override

SERVICE_NAME = "backend-todo"
"""The default of `OTEL_SERVICE_NAME`."""

SHUTDOWN_SECONDS = 3.0
"""Maximum time for the last export, when the server stops."""

REDACTED = ("url.path", "url.query", "http.request.method_original")
"""Attributes of FastAPI's spans that contain what clients send: ids, search texts, cursors."""


class RedactRequests(SpanProcessor):
    """Replace what clients send in the attributes of spans."""

    @override
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Redact a new span."""
        for name in REDACTED:
            if name in (span.attributes or ()):
                span.set_attribute(name, "REDACTED")


class Exporters:
    """The providers for FastAPI, which does not shut them down.

    Attributes:
        tracer_provider: The provider of traces, if they are exported.
        meter_provider: The provider of metrics, if they are exported.
    """

    tracer_provider: TracerProvider | None = None
    meter_provider: MeterProvider | None = None

    def __init__(self, signals: Collection[str]) -> None:
        """Start to export `TRACES`, `METRICS`, both or nothing.

        Raises:
            ValueError: the value of a variable is invalid.
        """
        if signals and "service.name=" not in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", ""):
            os.environ.setdefault("OTEL_SERVICE_NAME", SERVICE_NAME)
        if "TRACES" in signals:
            self.tracer_provider = TracerProvider(shutdown_on_exit=False)
            self.tracer_provider.add_span_processor(RedactRequests())
            self.tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        if "METRICS" in signals:
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            self.meter_provider = MeterProvider([reader], shutdown_on_exit=False)

    async def close(self) -> None:
        """Export what is left, within `SHUTDOWN_SECONDS`, even if the collector does not respond."""
        # As daemons, because the timeouts of the SDK add up to a minute.
        providers = (self.tracer_provider, self.meter_provider)
        threads = [Thread(target=provider.shutdown, daemon=True) for provider in providers if provider]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + SHUTDOWN_SECONDS
        for thread in threads:
            await asyncio.to_thread(thread.join, max(0, deadline - time.monotonic()))
