"""Faults that the fuzzer or another test has to find, each done to a request or to its answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Exchange:
    """A request before it reaches the application, or with the answer that comes back."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    answer: str = ""

    @property
    def is_row(self) -> bool:
        """Whether the answer is a task."""
        return self.status in {200, 201} and '"version":' in self.answer and '"items":' not in self.answer

    def replace(self, **members: Any) -> None:
        """Replace members of the answer."""
        self.answer = json.dumps({**json.loads(self.answer), **members})


Change = Callable[[Exchange], None]

BEFORE: dict[str, Change] = {}
AFTER: dict[str, Change] = {}
"""What a fault does to a request, and to an answer."""


def nothing(_exchange: Exchange) -> None:
    """No fault."""


def _before(change: Change) -> Change:
    BEFORE[change.__name__] = change
    return change


def _after(change: Change) -> Change:
    AFTER[change.__name__] = change
    return change


def _rewrite(exchange: Exchange, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the members of a body, where it has any."""
    try:
        sent = json.loads(exchange.body)
        change(sent)
        exchange.body = json.dumps(sent)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass


@_before
def takes_yes_for_true(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent.update(completed=bool(sent["completed"])))


@_before
def takes_unknown_members(exchange: Exchange) -> None:
    def drop(sent: dict[str, Any]) -> None:
        for name in sent.keys() - {"title", "description", "completed"}:
            del sent[name]

    _rewrite(exchange, drop)


@_before
def cuts_long_titles(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent.update(title=sent["title"][:200]))


@_before
def forgets_the_description(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent["description"] is not None and sent.update(description="lost"))


@_before
def believes_anyone(exchange: Exchange) -> None:
    exchange.headers["x-user-id"] = "fuzzer"


@_before
def ignores_the_order(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("sort=title", "sort=-title")


@_before
def takes_limit_zero(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("limit=0", "limit=1")


@_before
def does_not_delete(exchange: Exchange) -> None:
    exchange.method = exchange.method.replace("DELETE", "GET")


def _says_gone(exchange: Exchange) -> None:
    if exchange.method == "DELETE" and exchange.status == 200:
        exchange.status, exchange.answer = 204, ""


AFTER["does_not_delete"] = _says_gone


@_before
def does_not_toggle(exchange: Exchange) -> None:
    if exchange.path.endswith("/toggle") and exchange.method == "POST":
        exchange.method, exchange.path, exchange.body = "PATCH", exchange.path.removesuffix("/toggle"), "{}"
        exchange.headers["content-type"] = "application/json"


@_after
def fails_on_a_search(exchange: Exchange) -> None:
    if "q=" in exchange.query:
        exchange.status = 500


@_after
def answers_202(exchange: Exchange) -> None:
    if exchange.status == 201:
        exchange.status = 202


@_after
def forgets_allow(exchange: Exchange) -> None:
    exchange.answered.pop("allow", None)


@_after
def forgets_the_tag(exchange: Exchange) -> None:
    exchange.answered.pop("etag", None)


@_after
def has_an_old_tag(exchange: Exchange) -> None:
    if "etag" in exchange.answered:
        exchange.answered["etag"] = '"0"'


@_after
def forgets_the_location(exchange: Exchange) -> None:
    exchange.answered.pop("location", None)


@_after
def forgets_who_to_be(exchange: Exchange) -> None:
    exchange.answered.pop("www-authenticate", None)


@_after
def answers_null_to_a_patch(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.is_row:
        exchange.answer = "null"


@_after
def calls_problems_json(exchange: Exchange) -> None:
    if exchange.status >= 400:
        exchange.answered["content-type"] = "application/json"


@_after
def leaves_a_member_out(exchange: Exchange) -> None:
    if exchange.is_row:
        row = json.loads(exchange.answer)
        del row["description"]
        exchange.answer = json.dumps(row)


@_after
def writes_numbers_as_text(exchange: Exchange) -> None:
    if exchange.is_row:
        exchange.replace(version=str(json.loads(exchange.answer)["version"]))


@_after
def creates_elsewhere(exchange: Exchange) -> None:
    if exchange.method == "POST" and exchange.status == 201:
        exchange.replace(id="01a20c24-d8bb-769e-a271-da3cedb4fbe8")


@_after
def shows_a_row_of_another_id(exchange: Exchange) -> None:
    if exchange.method == "GET" and exchange.is_row:
        exchange.replace(id="01a20c24-d8bb-769e-a271-da3cedb4fbe8")
