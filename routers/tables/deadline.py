"""The deadline of a write: SQL that fails if PostgreSQL evaluates it too late."""

from sqlalchemy import DateTime, Integer, bindparam, cast, func, literal_column

DEADLINE = "deadline"
"""The bind parameter: the time, by the server's clock, after which the write must not run."""

_IS_LATE = cast(func.clock_timestamp() > bindparam(DEADLINE, type_=DateTime(timezone=True)), Integer)

# The first bit of one bit, or an error with an SQLSTATE that is otherwise rare.
ONE_IN_TIME = func.get_bit(literal_column("B'1'"), _IS_LATE, type_=Integer())
"""The number 1; after the deadline, the error `EXCEEDED`."""

EXCEEDED = "2202E"
"""The SQLSTATE of a statement after its deadline."""
