"""What the clients of one scenario have seen."""

import time
from dataclasses import dataclass, field, fields

MAX_NOTES = 20


@dataclass
class Tally:
    """The counts of one scenario, a row of the table.

    Attributes:
        requests: All requests.
        acknowledged: The writes that got a successful response.
        unavailable: The 503 responses with `Retry-After`.
        cut: The requests without a response: refused, reset or closed connections.
        wrong: The responses that neither the contract nor the acknowledged writes allow.
        lost: The acknowledged writes whose effect is missing.
        doubled: The writes that took effect more often than they were acknowledged or tried.
        errors: The other 5xx responses, and 503 without `Retry-After`.
        hangs: The requests without a response within `HANG_SECONDS`.
        slowest: The longest time to a response, in seconds.
        recoveries: The seconds from the end of each fault to the first acknowledged write.
        notes: Descriptions of the first findings.
    """

    requests: int = 0
    acknowledged: int = 0
    unavailable: int = 0
    cut: int = 0
    wrong: int = 0
    lost: int = 0
    doubled: int = 0
    errors: int = 0
    hangs: int = 0
    slowest: float = 0.0
    recoveries: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list, repr=False)
    _healed: float | None = field(default=None, init=False, repr=False)

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sum, with the slowest response of both."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return Tally(**sums, slowest=max(self.slowest, other.slowest))

    def note(self, text: str) -> None:
        """Keep the description of a finding, for the message of the failed test."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def heal(self) -> None:
        """Start to measure the time to recovery."""
        self._healed = time.monotonic()

    def acknowledge(self, started: float) -> None:
        """Count a successful write that was sent at this time."""
        self.acknowledged += 1
        if self._healed is not None and started >= self._healed:
            self.recoveries.append(time.monotonic() - self._healed)
            self._healed = None

    @property
    def recovering(self) -> bool:
        """Whether no write has succeeded since the end of the last fault."""
        return self._healed is not None


_SUMMED = tuple(each.name for each in fields(Tally) if each.init and each.name != "slowest")
