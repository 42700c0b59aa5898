"""What was measured, kept as numbers."""

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contestants import FLOOR

FOLDER = Path(__file__).parent / "results"


@dataclass
class Results:
    """The numbers of one run.

    Attributes:
        facts: What there is to know about the machine and the run.
        differences: What a contestant answers otherwise.
        numbers: By measure, contestant and operation, one for each round.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    differences: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=dict)

    def add(self, measure: str, key: str, operation: str, number: float) -> None:
        """Keep one number."""
        by_operation = self.numbers.setdefault(measure, {}).setdefault(key, {})
        by_operation.setdefault(operation, []).append(number)

    def rounds(self, measure: str, key: str, operation: str) -> list[float]:
        """The numbers of all rounds; none where it was not measured."""
        return self.numbers.get(measure, {}).get(key, {}).get(operation, [])

    def median(self, measure: str, key: str, operation: str) -> float | None:
        """The middle of the rounds."""
        rounds = self.rounds(measure, key, operation)
        return statistics.median(rounds) if rounds else None

    def ratios(self, measure: str, key: str, operation: str) -> list[float]:
        """What each round is to the hand-written FastAPI's number in the same round."""
        floor = self.rounds(measure, FLOOR, operation)
        pairs = zip(self.rounds(measure, key, operation), floor, strict=False)
        return [number / of_floor for number, of_floor in pairs]

    def save(self, name: str) -> None:
        """Write them to a file of this name."""
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{name}.json").write_text(json.dumps(vars(self), indent=1) + "\n", encoding="utf-8")


def load(name: str) -> Results:
    """The numbers of an earlier run."""
    return Results(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
