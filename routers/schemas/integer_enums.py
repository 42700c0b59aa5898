"""The column type of integer enums."""

from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.types import TypeDecorator


class IntegerEnum(TypeDecorator[Any]):
    """A column of integers that are the members of an enum."""

    impl = Integer
    cache_ok = True

    def __init__(self, enum_class: type[IntEnum]) -> None:
        """Store members of this enum."""
        super().__init__()
        self.enum_class = enum_class

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        """Return the integer of a member."""
        del dialect  # the same in all of them
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the member with this integer; the integer itself if there is none."""
        del dialect
        return self.enum_class(value) if value in set(self.enum_class) else value


class BigIntegerEnum(IntegerEnum):
    """The same for integers of more than 32 bits."""

    impl = BigInteger
    cache_ok = True
