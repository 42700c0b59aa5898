"""One contestant in a process of its own, which sends itself the requests that it is told to."""

import contextlib
import cProfile
import importlib
import json
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import uvloop

from bench.contestants import BY_KEY, Contestant
from bench.counter import counter
from bench.drive import Send, asgi, lifespan, wsgi
from bench.operations import OPERATIONS, owner_name

NAMED = {operation.name: operation for operation in OPERATIONS}


async def measure(
    contestant: Contestant, send: Send, used: Any, operation: str, first: int, count: int
) -> Any:
    """What so many requests used, per request, with the median of the time that each took."""
    asked = NAMED[operation]
    requests = []
    for number in range(first, first + count):
        owner, row = asked.target(number)
        body = b"" if asked.body is None else json.dumps(asked.sent(number)).encode()
        requests.append((asked.method, contestant.path(asked, owner, row), owner_name(owner), body))
    return await spend(send, used, requests)


async def spend(send: Send, used: Any, requests: Sequence[tuple[str, str, str, bytes]]) -> Any:
    """What these requests used, per request, with the median of the time that each took."""
    waits, statuses = [], set()
    before = used()
    for request in requests:
        begun = time.perf_counter()
        answer = await send(*request)
        waits.append(time.perf_counter() - begun)
        statuses.add(answer.status)
    spent = used() - before
    return {"used": spent / len(requests), "wait": median(waits), "statuses": sorted(statuses)}


async def ask(send: Send, request: list[str]) -> Any:
    """One request, with its answer in full."""
    method, path, owner, body = request
    answer = await send(method, path, owner, body.encode())
    return {"status": answer.status, "body": answer.body.decode()}


async def work(contestant: Contestant) -> None:
    """Carry out what standard input says, a line each, until it ends."""
    unit, used = counter()
    app: Any = importlib.import_module(contestant.module).app
    is_asgi = contestant.server != "gunicorn"
    send = asgi(app) if is_asgi else wsgi(app)
    profile = cProfile.Profile(time.process_time)
    async with lifespan(app) if is_asgi else contextlib.nullcontext():
        print(json.dumps({"unit": unit}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            if "ask" in order:
                answer = await ask(send, order["ask"])
            elif path := order.pop("profile", None):
                profile.clear()
                with profile:
                    answer = await measure(contestant, send, used, **order)
                profile.dump_stats(path)
            else:
                answer = await measure(contestant, send, used, **order)
            print(json.dumps(answer), flush=True)


def main(contestant: Contestant) -> None:
    """Work in an event loop, or without one: Django refuses to work inside, and its requests never wait."""
    working = work(contestant)
    if contestant.server == "gunicorn":
        with contextlib.suppress(StopIteration):
            working.send(None)
    else:
        uvloop.run(working)


if __name__ == "__main__":
    main(BY_KEY[sys.argv[1]])
