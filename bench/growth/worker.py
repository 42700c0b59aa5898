"""The application in a process of its own, which sends itself the requests that it is told to."""

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bench.contestants import BY_KEY, OURS, Contestant
from bench.counter import counter
from bench.drive import Send, asgi, lifespan
from bench.operations import OPERATIONS, OWNERS, owner_name
from bench.team import SUCCESS
from bench.worker import ask, spend

APPLICATION = "bench.growth.notes"
CLIENTS = 10
"""How many of them a life's requests come from."""

CYCLE = ("create", "get", "list", "update", "get", "toggle", "get", "toggle", "get", "delete")
"""What one client does with a task of its own; at the end there are as many as before."""

PAGE = os.sysconf("SC_PAGE_SIZE")
NAMED = {operation.name: operation for operation in OPERATIONS}


class Life:
    """Clients that go on and on, each with one task after the other."""

    def __init__(self, contestant: Contestant, send: Send) -> None:
        self._contestant, self._send = contestant, send
        self._numbers = count()
        self.refused = 0

    async def go_on(self, requests: int) -> Any:
        """Send so many requests; how many were refused so far, and what this process then holds."""
        each = requests // CLIENTS // len(CYCLE)
        await asyncio.gather(*(self._client(each) for _ in range(CLIENTS)))
        return {"refused": self.refused, "bytes": resident()}

    async def _client(self, cycles: int) -> None:
        for _ in range(cycles):
            await self._cycle(next(self._numbers))

    async def _cycle(self, number: int) -> None:
        owner = owner_name(number % OWNERS)
        task = ""
        for name in CYCLE:
            operation = NAMED[name]
            path = self._contestant.template(operation).format(id=task)
            body = b"" if operation.body is None else json.dumps(operation.sent(number)).encode()
            answer = await self._send(operation.method, path, owner, body)
            if answer.status // 100 != SUCCESS:
                self.refused += 1
                return
            if name == "create":
                task = json.loads(answer.body)["id"]


async def crowd(send: Send, used: Any, requests: Sequence[Any], clients: int) -> Any:
    """What these requests used where so many clients share them, with their waits in seconds."""
    pending, waits, refused = iter(requests), [], 0

    async def client() -> None:
        nonlocal refused
        for request in pending:
            begun = time.perf_counter()
            answer = await send(*request)
            waits.append(time.perf_counter() - begun)
            refused += answer.status // 100 != SUCCESS

    before = used()
    await asyncio.gather(*(client() for _ in range(clients)))
    spent = used() - before
    return {"used": spent / len(waits), "p50": median(waits), "longest": max(waits), "refused": refused}


def resident() -> int:
    """Bytes of memory that this process holds (RSS)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


async def work(contestant: Contestant) -> None:
    """Carry out what standard input says, a line each, until it ends."""
    unit, used = counter()
    app: Any = importlib.import_module(APPLICATION).app
    send = asgi(app)
    life = Life(contestant, send)
    async with lifespan(app):
        print(json.dumps({"unit": unit}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            if "life" in order:
                answer = await life.go_on(order["life"])
            elif "ask" in order:
                answer = await ask(send, order["ask"])
            else:
                requests = [(*request, body.encode()) for *request, body in order["requests"]]
                if clients := order.get("clients"):
                    answer = await crowd(send, used, requests, clients)
                else:
                    answer = await spend(send, used, requests)
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(work(BY_KEY[OURS]))
