"""docs/observability.md and docs/dashboard.json describe exactly what the server writes."""

import json
import re
import socket
from typing import Any

import httpx
import pytest

from app import ROOT
from tests.app.test_cli import UVICORN
from tests.support.processes import Serve, Served, free_port
from tests.support.scraped import Scraped
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

GUIDE = ROOT.joinpath("docs", "observability.md").read_text()
METRIC = re.compile(r"\b(?:http_server|db_client|process|todo)_\w+")
TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    list: "array",
    type(None): "null",
}
COMMON = {"event", "level", "timestamp"}
HEADERS = {"X-User-ID": "alice"}

Fields = dict[str, str]
"""The fields of an event, each with its type or types, `string or null`."""


def documented_events() -> dict[tuple[str, str], Fields]:
    rows = re.findall(r"^\| `([^`|]+)` \| (info|warning|error) \| (.*?) ?\|", GUIDE, re.MULTILINE)
    fields = r"`(\w+)` (\w+(?: or \w+)?)"
    return {(event, level): dict(re.findall(fields, columns)) for event, level, columns in rows}


def written(served: Served) -> list[dict[str, Any]]:
    """Return the events that a server with `TODO_LOG_FORMAT=json` has written, once it has ended."""
    lines = served.output.read_text().splitlines()
    banner_end = next((number for number, line in enumerate(lines) if "Ctrl-C" in line), -1)
    printed = {number for number in range(banner_end + 1) if not lines[number].startswith("{")}
    return [json.loads(line) for number, line in enumerate(lines) if number not in printed and line]


def check_fields(event: dict[str, Any], documented: dict[tuple[str, str], Fields]) -> tuple[str, str] | None:
    """Check an event against the guide, and return its name and level; None for events of libraries."""
    assert event.keys() >= COMMON
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event["timestamp"])
    fields = {name: TYPES[type(value)] for name, value in event.items() if name not in COMMON}
    if "logger" in fields:
        assert fields.keys() <= {"logger", "exception"}
        return None
    key = event["event"], event["level"]
    optional = set() if event.get("status") == 404 and event["route"] is None else {"path"}
    assert fields.keys() == documented[key].keys() - optional, event
    for name, kind in fields.items():
        assert kind in documented[key][name].split(" or "), event
    return key


def test_each_event_has_the_documented_fields(serve: Serve, server_url: str) -> None:
    url = migrated_database(server_url, "logged")
    run_sql(url, "UPDATE alembic_version SET version_num = 'from_the_future'")
    run_sql(url, "CREATE ROLE logged LOGIN CONNECTION LIMIT 4")
    run_sql(url, "GRANT ALL ON ALL TABLES IN SCHEMA public TO logged")
    limited = url.replace("postgres@", "logged@")
    served = serve(
        DATABASE_URL=limited,
        TODO_LOG_FORMAT="json",
        TODO_OWNER_PROVIDER="tests.support.owners:broken",
        OTEL_EXPORTER_OTLP_ENDPOINT="nonsense",
    )
    assert httpx.get(f"{served.url}/tasks", headers=HEADERS).status_code == 500
    for way, status in {"invalid": 401, "503": 503}.items():
        assert httpx.get(f"{served.url}/tasks", headers={"X-User-ID": way}).status_code == status
    assert httpx.get(f"{served.url}/unknown").status_code == 404
    with socket.create_connection(("127.0.0.1", int(served.url.split(":")[2].split("/")[0]))) as connection:
        connection.sendall(b"BREW / HTTP/1.1\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    run_sql(url, "DELETE FROM alembic_version")
    assert httpx.get(f"{served.root}/readyz").status_code == 503
    assert served.stop() == 0
    port = str(free_port())
    unavailable = serve(
        [*UVICORN, "--port", port, "--no-access-log"],
        DATABASE_URL="postgresql://u:p@127.0.0.1:1/d?pgbouncer=true",
        TODO_PORT=port,
        TODO_LOG_FORMAT="json",
        TODO_OWNER_PROVIDER="app.owner:trusted_header",
    )
    unavailable.stop()
    documented = documented_events()
    seen = {check_fields(event, documented) for event in written(served) + written(unavailable)}
    assert seen == {*documented, None}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_line_is_json_in_the_json_format(serve: Serve, data: Any, workers: str) -> None:
    served = serve(TODO_DATA_DIR=str(data), TODO_LOG_FORMAT="json", TODO_WORKERS=workers)
    served.workers(2) if workers == "2" else None
    assert httpx.get(f"{served.url}/tasks", headers=HEADERS).status_code == 200
    assert served.stop() == 0
    events = written(served)
    assert {"uvicorn.error", "alembic.runtime.migration"} <= {event.get("logger") for event in events}
    assert "Application startup complete." in {event["event"] for event in events}


def test_the_dashboard_and_the_guide_name_exactly_the_metrics_that_exist(serve: Serve, task_url: str) -> None:
    scraped = Scraped(serve, DATABASE_URL=task_url)
    assert httpx.get(f"{scraped.served.url}/tasks", headers=HEADERS).status_code == 200
    metrics = {
        f"{family.name}_total" if family.type == "counter" else family.name: (
            family.type,
            {label for sample in family.samples for label in sample.labels} - {"le"},
        )
        for family in scraped.families().values()
    }
    dashboard = json.loads(ROOT.joinpath("docs", "dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert {name for query in queries for name in metrics_in(query)} == metrics.keys()
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \|([^|]*)\|", GUIDE, re.MULTILINE)
    assert {name: (kind, set(re.findall(r"\w+", labels))) for name, kind, labels in rows} == metrics
    alerts = re.findall(r"expr: (.*)", GUIDE)
    assert len(alerts) >= 5
    assert {name for alert in alerts for name in metrics_in(alert)} <= metrics.keys()


def metrics_in(query: str) -> set[str]:
    return {name.removesuffix("_bucket") for name in METRIC.findall(query)}
