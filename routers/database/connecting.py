"""Connect to a server that may not respond, and be connected soon after it does."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from psycopg import AsyncConnection

ATTEMPT_SECONDS = 1.0
"""Seconds without a result after which another attempt to connect begins."""

MAX_ATTEMPTS = 5
"""Maximum number of attempts for one connection."""


def connect_repeatedly(
    _dialect: object, _entry: object, _arguments: object, parameters: dict[str, Any]
) -> None:
    """Have, as a "do_connect" listener, psycopg connect with further attempts."""
    connect = parameters.get("async_creator_fn", AsyncConnection.connect)
    parameters["async_creator_fn"] = partial(_connect, connect)


async def _connect(connect: Callable[..., Awaitable[Any]], *arguments: Any, **parameters: Any) -> Any:
    """Connect with overlapping attempts, and return the first connection.

    An attempt that began during an outage may hang long after it, so another one begins while it does; a
    slow attempt may still succeed. Only an error of the newest attempt describes the present state.
    """
    attempts, started = set[asyncio.Future[Any]](), 0
    try:
        while True:
            newest = asyncio.ensure_future(connect(*arguments, **parameters))
            attempts.add(newest)
            started += 1
            last = started == MAX_ATTEMPTS
            seconds = None if last else ATTEMPT_SECONDS
            done, _ = await asyncio.wait(attempts, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                if last or attempt is newest or attempt.exception() is None:
                    attempts.remove(attempt)
                    return attempt.result()
            attempts -= done
    finally:
        for attempt in attempts:
            attempt.add_done_callback(_close)
            attempt.cancel()


def _close(attempt: "asyncio.Future[Any]") -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().pgconn.finish()
