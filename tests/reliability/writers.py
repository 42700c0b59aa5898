"""Clients that follow the retry rules of docs/reliability.md and know what the server must return."""

import itertools
from typing import Any
from uuid import uuid4

from tests.reliability.client import Client
from tests.reliability.model import State, Stopping, compare, find

READ_SECONDS = 20.0


class Conditional:
    """Change tasks under preconditions: a retry can neither repeat a write nor run over a newer one."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.possible: dict[str, tuple[State | None, ...]] = {}
        self._titles = (f"{client.owner} changes {number}" for number in itertools.count())

    async def run(self, stopping: Stopping) -> None:
        for life in itertools.count():
            path = f"/tasks/{uuid4()}"
            for change in self._life(delete=life % 2 == 1):
                if stopping or not await self._change(path, change, stopping):
                    return
                if stopping or not await self.check(path):
                    return

    def _life(self, *, delete: bool) -> list[tuple[str, str]]:
        changes = [("PUT", ""), ("PATCH", ""), ("POST", "/toggle"), ("PUT", "")]
        return [*changes, ("DELETE", "")] if delete else changes

    async def _change(self, path: str, change: tuple[str, str], stopping: Stopping) -> bool:
        """Send one change until its outcome is known."""
        method, suffix = change
        (before,) = self.possible.get(path, (None,))
        after = self._after(method, suffix, before)
        body = {"title": after.title} if after and not suffix else None
        condition = {"If-Match": f'"{before.version}"'} if before else {"If-None-Match": "*"}
        success = 204 if after is None else 200 if before else 201
        repeated = 404 if after is None else 412
        self.possible[path] = (before, after)
        expected = {success}
        while not stopping.late:
            response = await self.client.send(method, path + suffix, expected, body, condition)
            if response is None:
                expected = {success, repeated}  # the first request may have been successful
                continue
            self.possible[path] = (after,)
            if after is not None and response.status_code == success:
                compare(self.client, path, State.of(response), (after,))
            return True
        return False

    def _after(self, method: str, suffix: str, before: State | None) -> State | None:
        if method == "DELETE":
            return None
        if before is None:
            return State(next(self._titles), 1)
        if suffix:
            return State(before.title, before.version + 1, not before.completed)
        # A PUT replaces everything.
        return State(next(self._titles), before.version + 1, before.completed and method == "PATCH")

    async def check(self, path: str) -> bool:
        response = await self.client.get(path, {200, 404}, READ_SECONDS)
        if response is not None:
            compare(self.client, path, State.of(response), self.possible[path])
        return response is not None

    async def verify(self) -> None:
        for path in self.possible:
            assert await self.check(path), "The server does not respond after the test."


class Replacing:
    """Create tasks with ids of the client, by a PUT without conditions that is repeated until it succeeds."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.tries: dict[str, int] = {}
        self.acknowledged: set[str] = set()

    def title(self, path: str) -> str:
        return f"{self.client.owner} puts {path}"

    async def run(self, stopping: Stopping) -> None:
        while not stopping:
            path = f"/tasks/{uuid4()}"
            self.tries[path] = 0
            expected = {201}
            while path not in self.acknowledged and not stopping.late:
                self.tries[path] += 1
                response = await self.client.send("PUT", path, expected, {"title": self.title(path)})
                expected = {200, 201}
                if response is not None:
                    self.acknowledged.add(path)
                    compare(self.client, path, State.of(response), self._possible(path))

    def _possible(self, path: str) -> tuple[State | None, ...]:
        versions = range(1, self.tries[path] + 1)
        states = [State(self.title(path), version) for version in versions]
        return tuple(states) if path in self.acknowledged else (None, *states)

    async def verify(self) -> None:
        for path in self.tries:
            response = await self.client.get(path, {200, 404}, READ_SECONDS)
            assert response, "The server does not respond after the test."
            compare(self.client, path, State.of(response), self._possible(path))


class Posting:
    """Create tasks with POST, each with a title of its own, and never repeat one."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.titles: dict[str, bool] = {}
        """All titles; true if the task was acknowledged."""

    async def run(self, stopping: Stopping) -> None:
        for number in itertools.count():
            if stopping:
                return
            title = f"{self.client.owner} posts {number}"
            self.titles[title] = False
            response = await self.client.send("POST", "/tasks", {201}, {"title": title})
            if response is not None:
                self.titles[title] = True
                compare(self.client, title, State.of(response), (State(title, 1),))

    async def verify(self) -> None:
        """Count each title in the owner's complete list, in which no other owner's task may be."""
        counts = dict.fromkeys(self.titles, 0)
        for task in await self._all():
            if task["title"] in counts:
                counts[task["title"]] += 1
            elif not task["title"].startswith(f"{self.client.owner} "):
                find(self.client, "wrong", f"{self.client.owner} sees {task['title']}")
        for title, acknowledged in self.titles.items():
            if acknowledged and not counts[title]:
                find(self.client, "lost", f"{title} is lost")
            if counts[title] > 1:
                find(self.client, "doubled", f"{title} exists {counts[title]} times")

    async def _all(self) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = []
        cursor = ""
        while True:
            response = await self.client.get(f"/tasks?limit=100{cursor}", {200}, READ_SECONDS)
            assert response, "The server does not respond after the test."
            page = response.json()
            tasks += page["items"]
            if page["next_cursor"] is None:
                return tasks
            cursor = f"&cursor={page['next_cursor']}"


class Reading:
    """Read the owner's list, and tasks of another owner, which must not exist."""

    def __init__(self, client: Client, foreign: Replacing) -> None:
        self.client = client
        self.foreign = foreign

    async def run(self, stopping: Stopping) -> None:
        while not stopping:
            response = await self.client.send("GET", "/tasks?limit=20", {200})
            titles = [task["title"] for task in response.json()["items"]] if response else []
            if any(not title.startswith(f"{self.client.owner} ") for title in titles):
                find(self.client, "wrong", f"{self.client.owner} sees {titles}")
            for path in list(self.foreign.acknowledged)[-1:]:
                await self.client.send("GET", path, {404})

    async def verify(self) -> None:
        """Nothing is left to verify."""
