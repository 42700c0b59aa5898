"""Faults that the fuzzer must find: each changes a request, or the response to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

OTHER_ID = "01a20c24-d8bb-769e-a271-da3cedb4fbe8"


@dataclass
class Exchange:
    """A request and, once the application has processed it, its response."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response: str = ""

    @property
    def returns_task(self) -> bool:
        """Whether the response is a task."""
        return self.status in {200, 201} and '"version":' in self.response and '"items":' not in self.response

    def replace(self, **fields: Any) -> None:
        """Replace fields of the response."""
        self.response = json.dumps({**json.loads(self.response), **fields})


Change = Callable[[Exchange], None]

REQUEST_FAULTS: dict[str, Change] = {}
RESPONSE_FAULTS: dict[str, Change] = {}
"""The changes of requests and of responses, by the names of the faults."""


def nothing(_exchange: Exchange) -> None:
    """Change nothing."""


def _request_fault(change: Change) -> Change:
    REQUEST_FAULTS[change.__name__] = change
    return change


def _response_fault(change: Change) -> Change:
    RESPONSE_FAULTS[change.__name__] = change
    return change


def _change_body(exchange: Exchange, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the fields of a body, if it has any."""
    try:
        body = json.loads(exchange.body)
        change(body)
        exchange.body = json.dumps(body)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass


@_request_fault
def accepts_strings_as_booleans(exchange: Exchange) -> None:
    _change_body(exchange, lambda body: body.update(completed=bool(body["completed"])))


@_request_fault
def accepts_unknown_fields(exchange: Exchange) -> None:
    def drop(body: dict[str, Any]) -> None:
        for name in body.keys() - {"title", "description", "completed"}:
            del body[name]

    _change_body(exchange, drop)


@_request_fault
def truncates_long_titles(exchange: Exchange) -> None:
    _change_body(exchange, lambda body: body.update(title=body["title"][:200]))


@_request_fault
def replaces_the_description(exchange: Exchange) -> None:
    _change_body(
        exchange, lambda body: body["description"] is not None and body.update(description="another one")
    )


@_request_fault
def accepts_any_owner(exchange: Exchange) -> None:
    exchange.headers["x-user-id"] = "fuzzer"


@_request_fault
def reverses_the_sort_order(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("sort=title", "sort=-title")


@_request_fault
def accepts_a_limit_of_zero(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("limit=0", "limit=1")


@_request_fault
def does_not_delete(exchange: Exchange) -> None:
    exchange.method = exchange.method.replace("DELETE", "GET")


def _report_deletion(exchange: Exchange) -> None:
    if exchange.method == "DELETE" and exchange.status == 200:
        exchange.status, exchange.response = 204, ""


RESPONSE_FAULTS["does_not_delete"] = _report_deletion


@_request_fault
def does_not_toggle(exchange: Exchange) -> None:
    if exchange.path.endswith("/toggle") and exchange.method == "POST":
        exchange.method, exchange.path, exchange.body = "PATCH", exchange.path.removesuffix("/toggle"), "{}"
        exchange.headers["content-type"] = "application/json"


@_response_fault
def fails_on_search(exchange: Exchange) -> None:
    if "q=" in exchange.query:
        exchange.status = 500


@_response_fault
def returns_an_undocumented_status(exchange: Exchange) -> None:
    if exchange.status == 201:
        exchange.status = 202


@_response_fault
def omits_allow(exchange: Exchange) -> None:
    exchange.response_headers.pop("allow", None)


@_response_fault
def omits_the_etag(exchange: Exchange) -> None:
    exchange.response_headers.pop("etag", None)


@_response_fault
def returns_an_old_etag(exchange: Exchange) -> None:
    if "etag" in exchange.response_headers:
        exchange.response_headers["etag"] = '"0"'


@_response_fault
def omits_the_location(exchange: Exchange) -> None:
    exchange.response_headers.pop("location", None)


@_response_fault
def omits_the_challenge(exchange: Exchange) -> None:
    exchange.response_headers.pop("www-authenticate", None)


@_response_fault
def returns_null_for_a_patch(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.returns_task:
        exchange.response = "null"


@_response_fault
def returns_problems_as_plain_json(exchange: Exchange) -> None:
    if exchange.status >= 400:
        exchange.response_headers["content-type"] = "application/json"


@_response_fault
def omits_a_field(exchange: Exchange) -> None:
    if exchange.returns_task:
        task = json.loads(exchange.response)
        del task["description"]
        exchange.response = json.dumps(task)


@_response_fault
def returns_integers_as_strings(exchange: Exchange) -> None:
    if exchange.returns_task:
        exchange.replace(version=str(json.loads(exchange.response)["version"]))


@_response_fault
def returns_another_id_than_in_the_location(exchange: Exchange) -> None:
    if exchange.method == "POST" and exchange.status == 201:
        exchange.replace(id=OTHER_ID)


@_response_fault
def returns_another_id_than_in_the_path(exchange: Exchange) -> None:
    if exchange.method == "GET" and exchange.returns_task:
        exchange.replace(id=OTHER_ID)
