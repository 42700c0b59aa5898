"""A module that cannot be imported."""

fail = 1 / 0
