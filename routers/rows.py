"""From a row of the database to a row of the API, without a second validation."""

from collections.abc import Callable, Sequence
from typing import Any

from routers.models import ReadT


def maker(model: type[ReadT]) -> Callable[[Sequence[Any]], ReadT]:
    """What makes a row of a model from its members' values, in their order; further values are left out.

    It does what `model_construct` does for a model whose members are all given, in a fifth of the time.
    """
    names, given = tuple(model.model_fields), set(model.model_fields)
    new, put = object.__new__, object.__setattr__

    def make(values: Sequence[Any]) -> ReadT:
        row = new(model)
        put(row, "__dict__", dict(zip(names, values, strict=False)))
        put(row, "__pydantic_fields_set__", given)
        put(row, "__pydantic_extra__", None)
        put(row, "__pydantic_private__", None)
        return row

    return make
