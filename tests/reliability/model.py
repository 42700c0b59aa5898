"""The state that acknowledged and uncertain writes allow."""

import time
from dataclasses import dataclass
from typing import Literal

import httpx

from tests.reliability.client import Client

GONE = 404
GRACE_SECONDS = 10.0
"""Maximum time for writers to finish what they have begun."""

Kind = Literal["wrong", "lost", "doubled"]


@dataclass(frozen=True)
class State:
    """The state of a task, without what the server chooses."""

    title: str
    version: int
    completed: bool = False

    @classmethod
    def of(cls, response: httpx.Response) -> "State | None":
        if response.status_code == GONE:
            return None
        task = response.json()
        return cls(task["title"], task["version"], task["completed"])


@dataclass
class Stopping:
    """True once the writers should stop; `late` once they should not even finish what they began."""

    since: float | None = None

    def __bool__(self) -> bool:
        return self.since is not None

    @property
    def late(self) -> bool:
        return self.since is not None and time.monotonic() > self.since + GRACE_SECONDS


def compare(client: Client, path: str, actual: State | None, possible: tuple[State | None, ...]) -> None:
    """Compare a task with its possible states, and classify a difference."""
    if actual in possible:
        return
    versions = [state.version if state else 0 for state in possible]
    version = actual.version if actual else 0
    kind: Kind = "wrong"
    if version < min(versions) or possible == (None,):  # the effect of a write or of a DELETE is missing
        kind = "lost"
    elif version > max(versions):
        kind = "doubled"
    find(client, kind, f"{client.owner}: {path} is {actual}, not one of {possible}")


def find(client: Client, kind: Kind, text: str) -> None:
    """Count a violation."""
    setattr(client.tally, kind, getattr(client.tally, kind) + 1)
    client.tally.note(f"{kind}: {text}")
