"""A collector of OpenTelemetry data, on a port of this machine."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What was exported.

    Attributes:
        url: The endpoint.
        received: Each export, as its path and its body.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[tuple[str, bytes]] = []

    def spans(self) -> list[Span]:
        exports = [ExportTraceServiceRequest.FromString(body) for body in self._bodies("/v1/traces")]
        return [
            span
            for export in exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def metrics(self) -> list[Metric]:
        exports = [ExportMetricsServiceRequest.FromString(body) for body in self._bodies("/v1/metrics")]
        return [
            metric
            for export in exports
            for resource in export.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]

    def resources(self) -> list[dict[str, Any]]:
        exports = [ExportTraceServiceRequest.FromString(body) for body in self._bodies("/v1/traces")]
        return [attributes(each.resource.attributes) for export in exports for each in export.resource_spans]

    def _bodies(self, path: str) -> list[bytes]:
        return [body for at, body in self.received if at == path]


def attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Return attributes as Python values."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "") for pair in pairs}


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Receive exports by OTLP over HTTP during the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.received.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
