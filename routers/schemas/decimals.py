"""Decimals in strings: their patterns, with bounds and multiples."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache

_EXACT = Context(prec=2000)
"""More digits than PostgreSQL's `numeric` and a bound have together."""

MAX_STEPS = 10_000
"""A multiple has to divide so many units: it determines the last four digits."""

MAX_BOUNDED_DIGITS = 100
"""Maximum number of digits of a decimal with bounds."""


def in_units(bound: object, places: int) -> Decimal:
    """Return a bound in units of the last place."""
    # As the author wrote it: `Decimal(0.1)` has 55 places.
    return _EXACT.scaleb(Decimal(str(bound)), places)


@dataclass(frozen=True)
class Decimals:
    """A range of decimals, all of them multiples of a step.

    Attributes:
        digits: The maximum number of digits before the point.
        places: The maximum number of digits after it.
        low: The smallest decimal, in units of the last place.
        high: The largest decimal, in such units.
        step: The step, in such units. It divides 1, or is a multiple of 1.
    """

    digits: int
    places: int
    low: int
    high: int
    step: int = 1

    def text(self, units: int) -> str:
        """Return a number of units as a decimal with all of its places."""
        return f"{_EXACT.scaleb(Decimal(units), -self.places):f}"

    @property
    def example(self) -> str:
        """The decimal that is nearest to zero."""
        return self.text(min(max(self.low, 0), self.high))

    @property
    def description(self) -> str:
        """The decimals in words, for error messages."""
        sign = "no sign" if self.low >= 0 else "a minus sign" if self.high < 0 else "an optional minus sign"
        digits = f"up to {self.digits} digits" if self.digits else "the digit 0"
        kind = "a decimal" if self.places else "an integer"
        places = f" and up to {self.places} places after the point" if self.places else ""
        limit = (10 ** (self.digits + self.places) - 1) // self.step * self.step
        lower = f", at least {self.text(self.low)}" if self.low not in {0, -limit} else ""
        upper = f", at most {self.text(self.high)}" if self.high != limit else ""
        step = f", a multiple of {self.text(self.step)}" if self.step > 1 else ""
        return f"{kind} in a string with {sign}, {digits}{places}{lower}{upper}{step}"

    def pattern(self, *, exact: bool) -> str:
        """Return a pattern for the decimals.

        With `exact`, as in responses, all of the places are present.
        """
        positive = self._magnitudes(max(self.low, 0), self.high, exact=exact)
        negative = self._magnitudes(max(-self.high, 0), -self.low, exact=exact) if self.low < 0 else ""
        if positive == negative:
            return f"^-?{positive}$"
        signed = {positive: positive, negative: f"-{negative}"}
        return f"^{_any_of([text for magnitudes, text in signed.items() if magnitudes])}$"

    def _magnitudes(self, low: int, high: int, *, exact: bool) -> str:
        """Return a pattern for the decimals between two that are not negative; empty if there are none."""
        if low > high:
            return ""
        unit = 10**self.places
        whole_step, place_step = (self.step // unit, 1) if self.step % unit == 0 else (1, self.step)
        return _any_of(
            [
                _integers(first, last, whole_step) + self._fraction(start, end, place_step, exact=exact)
                for first, last, start, end in self._parts(low, high)
            ]
        )

    def _parts(self, low: int, high: int) -> Iterator[tuple[int, int, int, int]]:
        """Split a range into products of ranges before and after the point."""
        unit = 10**self.places
        (first, start), (last, end) = divmod(low, unit), divmod(high, unit)
        if self.step % unit == 0:
            yield first, last, 0, 0
        elif first == last:
            yield first, last, start, end
        else:
            largest = unit - self.step
            if start > 0:
                yield first, first, start, unit - 1
            if first + (start > 0) <= last - (end < largest):
                yield first + (start > 0), last - (end < largest), 0, unit - 1
            if end < largest:
                yield last, last, 0, end

    def _fraction(self, low: int, high: int, step: int, *, exact: bool) -> str:
        if not self.places:
            return ""
        digits = _digits(low, high, self.places, step, exact=exact)
        return rf"(?:\.{digits})?" if low == 0 and not exact else rf"\.{digits}"


def _integers(low: int, high: int, step: int) -> str:
    """Return a pattern for the multiples of a step in a range, without leading zeros."""
    alternatives = ["0"] if low == 0 else []
    complete: list[int] = []
    for count in range(1, len(str(high)) + 1):
        least, most = 10 ** (count - 1), 10**count - 1
        if step == 1 and low <= least and most <= high:
            complete.append(count)
        elif digits := _digits(max(low, least), min(high, most), count, step, exact=True):
            alternatives.append(digits)
    if complete:
        alternatives.append(f"[1-9][0-9]{{{complete[0] - 1},{complete[-1] - 1}}}")
    return _any_of(alternatives)


@cache
def _digits(low: int, high: int, count: int, step: int, *, exact: bool, rest: int = 0) -> str:
    """Return a pattern for the digits of the numbers in a range that make `rest` a multiple of a step.

    Without `exact`, zeros at the end may be missing. The pattern is empty if there are no such numbers.
    """
    if (low, high, step) == (0, 10**count - 1, 1):
        return f"[0-9]{{{count}}}" if exact else f"[0-9]{{1,{count}}}"
    unit = 10 ** (count - 1)
    branches: dict[str, str] = {}
    for digit in range(max(low, 0) // unit, high // unit + 1):
        first, last = max(low - digit * unit, 0), min(high - digit * unit, unit - 1)
        remainder = (rest + digit * unit) % step
        may_end = first == 0 and remainder == 0 and (count == 1 or not exact)
        tail = _digits(first, last, count - 1, step, exact=exact, rest=remainder) if count > 1 else ""
        if may_end or tail:
            tail = f"(?:{tail})?" if may_end and tail else tail
            branches[tail] = branches.get(tail, "") + str(digit)
    return _any_of([_class(digits) + tail for tail, digits in branches.items()])


def _class(digits: str) -> str:
    """Return a pattern for one of these digits, which are in order."""
    if len(digits) == 1:
        return digits
    is_range = int(digits[-1]) - int(digits[0]) == len(digits) - 1
    return f"[{digits[0]}-{digits[-1]}]" if is_range else f"[{digits}]"


def _any_of(alternatives: list[str]) -> str:
    return (
        alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})" if alternatives else ""
    )
