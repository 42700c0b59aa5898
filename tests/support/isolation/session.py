"""Send the requests of a walk, and keep what later requests and the comparison need."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.isolation.ids import FIXED, WITNESS, placeholder
from tests.support.isolation.operations import Api, Operation, Step
from tests.support.isolation.walks import LAST_CURSOR
from tests.support.shortened import shortened

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_CURSOR = re.compile(r'"(-?\w+)\.([0-9a-f]*)([0-9a-f]{32})"')
_GENERATED_ID = re.compile(
    rf"(?<![0-9a-f])(?!{FIXED.replace('-', '-?')})[0-9a-f]{{8}}(?:-?[0-9a-f]{{4}}){{3}}-?[0-9a-f]{{12}}"
)


@dataclass(frozen=True)
class Request:
    """A request, as it is sent."""

    owner: str
    method: str
    url: str
    body: Any
    headers: Mapping[str, str]

    def __str__(self) -> str:
        body = "" if self.body is None else f" {json.dumps(self.body)}"
        return shortened(f"{self.method} {self.url}{body}")


Send = Callable[[Request], Awaitable[httpx.Response]]


class Session:
    """The requests of one walk.

    Attributes:
        transcript: The requests of the witness, and their responses with stable names for ids and times.
        succeeded: The owners and operations with a successful response.
        ids: The ids of the rows that the placeholders in requests stand for.
        not_created: Errors about rows that other requests need and that cannot be created.
        failures: The last response to each other owner and operation.
    """

    def __init__(self, send: Send) -> None:
        """Start with a function that sends a request."""
        self._send = send
        self.ids: dict[str, str] = {}
        self._last_cursors: dict[tuple[str, Operation], str] = {}
        self._intruder_ids: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self.transcript: list[tuple[Request, str]] = []
        self.succeeded: set[tuple[str, Operation]] = set()
        self.not_created: list[str] = []
        self.failures: dict[tuple[str, Operation], str] = {}

    async def run(self, walk: Iterable[Step]) -> None:
        """Send the requests."""
        for step in walk:
            for body in step.bodies:
                request = self._request(step, body)
                response = await self._send(request)
                self._record(step, request, response)
                if response.is_success:
                    break
            if step.creates and not response.is_success:
                self.not_created.append(
                    f"{step.operation} created no row: {step.operation.advice}. "
                    f"The last response was {summary(response)}"
                )

    def _request(self, step: Step, body: Any) -> Request:
        """Return a request with the ids and the cursor of earlier responses."""
        path, _, query = step.url.partition("?")
        cursor = self._last_cursors.get((step.owner, step.operation))
        parameters = [each.replace(LAST_CURSOR, cursor or LAST_CURSOR) for each in query.split("&") if each]
        query = "&".join(each for each in parameters if not each.endswith(LAST_CURSOR))
        texts = [path, query, json.dumps(body)]
        for name, row_id in self.ids.items():
            texts = [text.replace(name, row_id) for text in texts]
        path, query, body = *texts[:2], json.loads(texts[2])
        return Request(
            step.owner, step.operation.method, f"{path}?{query}" if query else path, body, step.headers
        )

    def _record(self, step: Step, request: Request, response: httpx.Response) -> None:
        succeeded = response.is_success or response.has_redirect_location
        if succeeded:
            self.succeeded.add((step.owner, step.operation))
            self._record_result(step, response)
        else:
            self.failures[step.owner, step.operation] = summary(response)
        if step.owner == WITNESS:
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            text = f"{response.status_code} {headers} {response.text}"
            self.transcript.append((request, self._normalized(text)))

    def _record_result(self, step: Step, response: httpx.Response) -> None:
        if not response.headers.get("content-type", "").startswith("application/json"):
            return
        result = response.json()
        if not isinstance(result, dict):
            return
        if cursor := result.get("next_cursor"):
            self._last_cursors[step.owner, step.operation] = cursor
        row_id = result.get("id")
        if isinstance(row_id, str) and step.operation.method != "GET":
            self._record_id(step, row_id)

    def _record_id(self, step: Step, row_id: str) -> None:
        name = placeholder(step.owner, step.operation.router)
        if step.owner == WITNESS:
            self.ids[name] = row_id
        elif step.creates and name not in self.ids:
            self.ids[name] = row_id
            # Without the intruder, a response that repeats the id from its request contains the placeholder.
            self._intruder_ids[row_id.replace("-", "")] = name

    def _normalized(self, text: str) -> str:
        text = _CURSOR.sub(_cursor_parts, _TIME.sub("~", text))
        return _GENERATED_ID.sub(lambda match: self._stable_name(match[0]), text)

    def _stable_name(self, row_id: str) -> str:
        """Return the name of a generated id, numbered by its first appearance."""
        row_id = row_id.replace("-", "")
        return self._intruder_ids.get(row_id) or self._names.setdefault(row_id, f"row {len(self._names)}")


async def public_ids(api: Api, send: Send) -> dict[int, list[str]]:
    """Return the ids of public rows, by the index of their router."""
    lists = {
        index: await send(Request(WITNESS, "GET", api.routers[index].prefix, None, {}))
        for index, resource in api.resources.items()
        if resource.public and "list" in resource.operations
    }
    return {index: [row["id"] for row in response.json()["items"]] for index, response in lists.items()}


def summary(response: httpx.Response) -> str:
    """Return the status and the beginning of a response."""
    return shortened(f"{response.status_code} {response.text}")


def _cursor_parts(cursor: re.Match[str]) -> str:
    """Separate the parts of a cursor; its key is omitted if it is a time of this run."""
    sort, key, row_id = cursor.groups()
    return f"{sort} {'~' if sort.endswith('_at') else ':'.join(key)} {row_id}"
