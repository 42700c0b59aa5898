"""The type of tables, which turns the errors of libraries about a declaration into a TypeError."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import InvalidOperation
from typing import Any

from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.main import SQLModelMetaclass

from routers.tables.table_error import TableError

_LIBRARY_ERRORS = (
    *(SQLAlchemyError, PydanticUserError, SchemaError, InvalidOperation),
    *(TypeError, LookupError, AttributeError, NameError, ValueError),
)


class RowType(SQLModelMetaclass):
    """The type of tables."""

    def __new__(cls, name: str, bases: Any, namespace: dict[str, Any], **options: Any) -> Any:
        """Create the class."""
        with _errors_of(name):
            return super().__new__(cls, name, bases, namespace, **options)

    def __init__(self, name: str, bases: Any, namespace: dict[str, Any], **options: Any) -> None:
        """Map the class to its table."""
        with _errors_of(name):
            super().__init__(name, bases, namespace, **options)


@contextmanager
def _errors_of(model: str) -> Iterator[None]:
    try:
        yield
    except TableError:
        raise
    except _LIBRARY_ERRORS as error:
        reason = " ".join(str(error).split())
        raise TableError(
            f"{model} is no valid table ({reason}): correct its fields, or its __table_args__."
        ) from error
