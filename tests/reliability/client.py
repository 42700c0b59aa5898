"""A client that classifies every response."""

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Any

import httpx

from tests.reliability.tally import Tally

HANG_SECONDS = 10.0
PAUSE_SECONDS = 0.02
RETRY_SECONDS = 0.05
"""Pauses between two requests, and before a request is sent again."""


class Client:
    """One owner's client of one or more servers."""

    def __init__(self, owner: str, urls: list[str], tally: Tally, headers: Mapping[str, str]) -> None:
        self.owner = owner
        self.tally = tally
        self._urls = urls
        self._http = httpx.AsyncClient(headers={"X-User-ID": owner, **headers}, timeout=HANG_SECONDS)

    async def send(
        self,
        method: str,
        path: str,
        expected: Collection[int],
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        """Send a request; return the response, or None if it is unknown whether it took effect."""
        started = time.monotonic()
        response = await self._exchange(method, path, body, headers)
        if response is None or not self._is_definite(response, f"{method} {path}", expected):
            await asyncio.sleep(RETRY_SECONDS)
            return None
        if method != "GET" and response.is_success:
            self.tally.acknowledge(started)
        await asyncio.sleep(PAUSE_SECONDS)
        return response

    async def get(self, path: str, expected: Collection[int], seconds: float) -> httpx.Response | None:
        """Read, again and again while the server is unavailable, for up to `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if response := await self.send("GET", path, expected):
                return response
        return None

    async def close(self) -> None:
        await self._http.aclose()

    async def _exchange(
        self, method: str, path: str, body: object, headers: Mapping[str, str] | None
    ) -> httpx.Response | None:
        self.tally.requests += 1
        started = time.monotonic()
        url = self._urls[self.tally.requests % len(self._urls)]
        options: dict[str, Any] = {"headers": headers, **({} if body is None else {"json": body})}
        try:
            return await self._http.request(method, url + path, **options)
        except httpx.TimeoutException as error:
            self.tally.hangs += 1
            self.tally.note(f"{method} {path} hangs: {error!r}")
        except httpx.TransportError as error:
            self.tally.cut += 1
            if not isinstance(error, httpx.ConnectError):
                self.tally.note(f"{method} {path} got no response: {error!r}")
        finally:
            self.tally.slowest = max(self.tally.slowest, time.monotonic() - started)
        return None

    def _is_definite(self, response: httpx.Response, request: str, expected: Collection[int]) -> bool:
        if response.status_code in expected:
            return True
        description = f"{self.owner}: {request}: {response.status_code} {response.text[:200]}"
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" in response.headers:
            self.tally.unavailable += 1
        elif response.is_server_error:
            self.tally.errors += 1
            self.tally.note(description)
        else:
            self.tally.wrong += 1
            self.tally.note(description)
        return False
