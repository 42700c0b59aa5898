"""From a row of the database to a row of the API, without a second validation."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from routers.tables.rows import ReadT

_VALUES, _GIVEN, _EXTRA, _PRIVATE = (
    vars(BaseModel)[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def maker(model: type[ReadT]) -> Callable[[Sequence[Any]], ReadT]:
    """What makes a row of a model from its members' values, in their order; further values are left out.

    It does what `model_construct` does for a model whose members are all given, in a fifth of the time.
    """
    names, given = tuple(model.model_fields), set(model.model_fields)
    if model.__pydantic_post_init__:  # there are private attributes, or something to do with each row
        construct: Any = model.model_construct
        return lambda values: construct(**dict(zip(names, values, strict=False)))
    new = object.__new__

    def make(values: Sequence[Any]) -> ReadT:
        row = new(model)
        _VALUES(row, dict(zip(names, values, strict=False)))
        _GIVEN(row, given)
        _EXTRA(row, None)
        _PRIVATE(row, None)
        return row

    return make
