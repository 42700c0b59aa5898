"""A deadline that moves with every request, but needs a timer only now and then."""

import asyncio
from collections.abc import Callable
from math import inf


class Deadline:
    """Call a function at a time that can be moved.

    Moving the time forward only stores it: the timer that already runs looks at it when it fires.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_expiry: Callable[[], None]) -> None:
        """Create a deadline without a time."""
        self._loop = loop
        self._on_expiry = on_expiry
        self._time = self._fires_at = inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Call the function in `seconds`; never, if that is infinite."""
        self._time = self._loop.time() + seconds
        if self._time < self._fires_at:
            self._start()

    def stop(self) -> None:
        """Stop the timer."""
        self._time = self._fires_at = inf
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires_at = self._time
        self._timer = self._loop.call_later(self._time - self._loop.time(), self._fire)

    def _fire(self) -> None:
        self._fires_at = inf
        if self._time > self._loop.time():
            if self._time < inf:
                self._start()
        else:
            self._time = inf
            self._on_expiry()
