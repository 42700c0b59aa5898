"""A module whose import fails."""

fail = 1 / 0
