"""The settings of the fuzzer that depend on the declarations of the application."""

import tomllib
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from sqlalchemy import CheckConstraint

from routers import Resource, ScopedRouter
from routers.tables.foreign_keys import references
from tests.support.fuzz_rows import Rows, uuid_paths

Json = Mapping[str, Any]

SETTINGS = Path(__file__).parents[2] / "schemathesis.toml"
"""The settings that do not depend on the application."""

UNEXPECTED = {"400", "401", "408", "413", "415", "422", "431"}
"""The documented statuses that a valid request with a valid owner does not get."""


def row_settings(rows: Rows) -> str:
    """Return settings of schemathesis: dictionaries of the ids of rows."""
    return "".join(f'\n[dictionaries."{path}"]\nvalues = {ids}\n' for path, ids in rows.items())


def parameter_settings(rows: Rows, headers: Mapping[str, str]) -> str:
    """Return settings of schemathesis: headers, and ids of rows in most bodies and in some paths."""
    parameters = [f'"header.{name}" = "{value}"' for name, value in headers.items()]
    for path in rows:
        parameters.append(f'"body.{path}" = {{dictionary = "{path}", probability = 0.8}}')
        if path.isidentifier():
            # A path parameter with this name means the same rows.
            parameters.append(f'"path.{path}" = {{dictionary = "{path}", probability = 0.3}}')
    return f"parameters = {{{', '.join(parameters)}}}\n"


def operation_settings(document: Json, routers: Sequence[ScopedRouter]) -> str:
    """Return settings of schemathesis for the operations of routers."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    statuses = {str(route.operation_id): _expected_statuses(document, route) for route in routes}
    by_statuses = sorted(statuses.items(), key=lambda item: item[1])
    expected = [
        f"\n[[operations]]\ninclude-operation-id = {[name for name, _ in group]}\n"
        f"checks.positive_data_acceptance.expected-statuses = {found}\n"
        for found, group in groupby(by_statuses, key=lambda item: item[1])
    ]
    deletions = [str(route.operation_id) for route in routes if "DELETE" in (route.methods or ())]
    return "".join(expected) + _blocked_settings([each for each in deletions if "409" in statuses[each]])


def _blocked_settings(deletions: Sequence[str]) -> str:
    """Return settings for deletions, which never succeed while other rows refer to all rows."""
    warnings = tomllib.loads(SETTINGS.read_text())["warnings"]["fail-on"]
    others = [each for each in warnings if each != "missing_test_data"]
    entry = f"\n[[operations]]\ninclude-operation-id = {deletions}\nwarnings.display = {others}\n"
    return entry if deletions else ""


def _expected_statuses(document: Json, route: APIRoute) -> list[str]:
    operation = document["paths"][route.path_format][min(route.methods or ["GET"]).lower()]
    rejections = {each for each in operation["responses"] if each.startswith("4")} - UNEXPECTED
    expected = ["2xx", "304", *sorted(rejections)]
    resources = _resources(route)
    has_rules = "requestBody" in operation and any(map(_has_rules, resources))
    return (
        [*expected, "422"]
        if has_rules or _may_refer_to_missing_rows(document, operation, resources)
        else expected
    )


def _resources(route: APIRoute) -> list[Resource[Any]]:
    """Return the resources whose scopes a route takes."""
    resources = [getattr(each.call, "resource", None) for each in route.dependant.dependencies]
    return [each for each in resources if each is not None]


def _has_rules(resource: Resource[Any]) -> bool:
    """Check for a rule over several members, which no schema expresses."""
    arguments = getattr(resource.model, "__table_args__", ())
    return any(isinstance(each, CheckConstraint) for each in arguments)


def _may_refer_to_missing_rows(document: Json, operation: Json, resources: Sequence[Resource[Any]]) -> bool:
    """Check for a UUID in the body that is not just a value of a column."""
    values = {
        column.name
        for each in resources
        for column in each.table.c
        if column.name not in references(each.table)
    }
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return not set(uuid_paths(schema, document["components"]["schemas"])) <= values
