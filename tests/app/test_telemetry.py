"""OpenTelemetry: what is exported, and what is not."""

import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from structlog.testing import capture_logs

from app.telemetry import Telemetry
from tests.support.otlp import Collector, attributes, collecting
from tests.support.processes import Serve, Served
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
OWNER, TITLE, DESCRIPTION = "owner-that-is-secret", "A secret title", "A described secret"
SEARCH, TOKEN = "searched-secret", "token-that-is-secret"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"  # pragma: allowlist secret
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
HEADERS = {
    "X-User-ID": OWNER,
    "Authorization": f"Bearer {TOKEN}",
    "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def send_requests(served: Served) -> str:
    """Send requests of all kinds, and return the id of a task."""
    with httpx.Client(base_url=served.url, headers=HEADERS) as client:
        created = client.post("/tasks", json={"title": TITLE, "description": DESCRIPTION})
        assert created.status_code == 201
        task: str = created.json()["id"]
        assert client.get(f"/tasks/{task}").status_code == 200
        assert client.get("/tasks", params={"q": SEARCH, "limit": 1}).status_code == 200
        assert client.get("/tasks", params={SEARCH: TITLE}).status_code == 422
        assert client.patch(f"/tasks/{task}", json={"title": DESCRIPTION}).status_code == 200
        assert client.post("/tasks", json={"title": TITLE * 100}).status_code == 422
        assert client.get(f"/{SEARCH}").status_code == 404
    return task


def test_requests_and_their_statements_are_exported_without_data_of_clients(
    serve: Serve, task_url: str, collector: Collector
) -> None:
    served = serve(DATABASE_URL=task_url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **PROVIDER)
    task = send_requests(served)
    assert served.stop() == 0
    spans = {span.name: span for span in collector.spans() if span.trace_id.hex() == TRACE}
    request = spans["GET /api/v1/tasks/{task_id}"]
    statement = spans["SELECT task"]
    statements = [span for span in collector.spans() if span.parent_span_id == request.span_id]
    assert [each.name for each in statements] == ["SELECT task"]
    described = attributes(statement.attributes)
    assert "$1" in described.pop("db.query.text")
    assert described == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.collection.name": "task",
    }
    assert request.events[0].name == "db.client.connection.acquire"
    assert attributes(request.attributes)["url.path"] == "REDACTED"
    assert {"INSERT task", "UPDATE task", "POST /api/v1/tasks"} <= spans.keys()
    assert "http.server.request.duration" in {metric.name for metric in collector.metrics()}
    assert collector.resources()[0]["service.name"] == "backend-todo"
    exported = b"".join(body for _, body in collector.received)
    for secret in (OWNER, TITLE, DESCRIPTION, SEARCH, TOKEN, task):
        assert secret.encode() not in exported
        assert quote(secret).encode() not in exported


def test_a_route_below_a_path_prefix_is_exported_with_it(
    serve: Serve, task_url: str, collector: Collector
) -> None:
    served = serve(
        DATABASE_URL=task_url,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        TODO_ROOT_PATH="/todo",
        **PROVIDER,
    )
    assert httpx.get(f"{served.url}/tasks", headers=HEADERS).status_code == 200
    served.stop()
    (request,) = [span for span in collector.spans() if span.trace_id.hex() == TRACE and span.events]
    assert request.name == "GET /todo/api/v1/tasks"
    assert attributes(request.attributes)["http.route"] == "/todo/api/v1/tasks"


def test_a_failed_statement_has_its_sqlstate_as_error_type(
    serve: Serve, server_url: str, collector: Collector
) -> None:
    url = migrated_database(server_url, "traced")
    served = serve(DATABASE_URL=url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **PROVIDER)
    run_sql(url, f"ALTER TABLE task RENAME TO {SEARCH.replace('-', '_')}")
    assert httpx.get(f"{served.url}/tasks", headers=HEADERS).status_code == 500
    served.stop()
    (statement,) = [span for span in collector.spans() if span.name == "SELECT task"]
    assert attributes(statement.attributes)["error.type"] == "42P01"
    assert statement.status.code == Status.STATUS_CODE_ERROR


def test_a_silent_collector_delays_neither_requests_nor_the_end_of_the_server(
    serve: Serve, task_url: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "60",
        }
        served = serve(DATABASE_URL=task_url, **variables, **PROVIDER)
        for _ in range(5):
            assert httpx.get(f"{served.url}/tasks", headers=HEADERS).status_code == 200
        assert served.stop() == 0  # within STOP_SECONDS


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
            "OTEL_EXPORTER_OTLP_ENDPOINT is not a URL",
        ),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "/v1"}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not a URL"),
        (
            {**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is not supported",
        ),
        (
            {**ENDPOINT, "OTEL_TRACES_EXPORTER": "console"},
            "OTEL_TRACES_EXPORTER is not supported",
        ),
        ({**ENDPOINT, "OTEL_METRIC_EXPORT_INTERVAL": "0"}, "interval value 0.0 is invalid"),
    ],
)
def test_an_invalid_variable_is_logged_and_nothing_exported(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], reason: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with capture_logs() as events:
        telemetry = Telemetry(enabled=True)
    assert [event["event"] for event in events] == ["nothing is exported to OpenTelemetry"]
    assert reason in events[0]["reason"]
    assert (telemetry.config["tracing"], telemetry.config["metrics"]) == (False, False)


@pytest.mark.parametrize(
    ("variables", "exported"),
    [
        ({}, (False, False)),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, (False, False)),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, (False, True)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, (True, False)),
    ],
)
async def test_the_variables_select_what_is_exported(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], exported: tuple[bool, bool]
) -> None:
    for name, value in {**variables, "OTEL_EXPORTER_OTLP_TIMEOUT": "0.1"}.items():
        monkeypatch.setenv(name, value)
    telemetry = Telemetry(enabled=True)
    assert (telemetry.config["tracing"], telemetry.config["metrics"]) == exported
    await telemetry.close()
