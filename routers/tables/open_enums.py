"""The column type of string enums, which reads every value that the database has."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Enum
from typing_extensions import override


def enum_reader(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a conversion that keeps values which the enum lacks: texts that a newer version has stored."""

    def read_any(value: Any) -> Any:
        # The driver does not know the enum types of a database and returns their bytes.
        value = value.decode() if isinstance(value, bytes) else value
        try:
            return read(value)
        except LookupError:
            return value

    return read_any


class OpenEnum(Enum):
    """An enum of the values that this version knows; the database may have others."""

    cache_ok = True

    @override
    def result_processor(self, dialect: Any, coltype: object) -> Any:
        """Return the conversion of values of the database."""
        read: Any = super().result_processor
        return enum_reader(read(dialect, coltype))
