"""Encode rows and pages as JSON."""

from collections.abc import Callable, Sequence
from typing import Any, Generic

import msgspec
from pydantic import BaseModel
from pydantic_core import to_json

from routers.schemas.read_row import ReadT

# Pydantic encodes what msgspec does not know: subclasses of `str`, for example.
_encode = msgspec.json.Encoder(enc_hook=lambda value: msgspec.Raw(to_json(value))).encode


class _Page(msgspec.Struct, gc=False):
    items: Sequence[Any]
    next_cursor: str | None


class _CountedPage(_Page, gc=False):
    total: int | None


class ResponseEncoder(Generic[ReadT]):
    """Encode rows of one response schema, and pages of them.

    Rows are msgspec structs, which msgspec builds and encodes several times faster than Pydantic does with
    instances of the schema. For a schema that customizes its serialization, Pydantic encodes its instances.

    Attributes:
        make_row: Build a row from the values of the schema's fields, in their order.
    """

    def __init__(self, schema: type[ReadT], page: type[BaseModel]) -> None:
        """Encode rows of `schema` and, where it customizes its serialization, pages of `page`."""
        self._page = page
        self._has_total = "total" in page.model_fields
        self._schemas = {schema, *schema.__bases__}
        self._is_custom = _customizes_serialization(schema)
        self._names = tuple(schema.model_fields)
        self.make_row: Callable[[Sequence[Any]], Any]
        if self._is_custom:
            self.make_row = model_factory(schema)
        else:
            struct = msgspec.defstruct(schema.__name__, self._names, gc=False)
            self.make_row = lambda values: struct(*values)

    def row(self, row: Any) -> bytes:
        """Return the JSON of one row, which `make_row` built, or of an instance of any schema."""
        if isinstance(row, BaseModel):
            if self._is_custom or type(row) not in self._schemas:
                return row.model_dump_json(warnings=False).encode()
            # Not `getattr`, which warns of deprecated fields.
            row = self.make_row([vars(row)[name] for name in self._names])
        return _encode(row)

    def page(self, items: Sequence[Any], next_cursor: str | None, total: int | None = None) -> bytes:
        """Return the JSON of a page; `total` is left out if the schema of the page has none."""
        if self._is_custom:
            page = self._page.model_construct(items=items, next_cursor=next_cursor, total=total)
            return page.model_dump_json(warnings=False).encode()
        if self._has_total:
            return _encode(_CountedPage(items, next_cursor, total))
        return _encode(_Page(items, next_cursor))


def model_factory(schema: type[ReadT]) -> Callable[[Sequence[Any]], ReadT]:
    """Return a function that builds an instance from the values of its fields, without validation."""
    names = tuple(schema.model_fields)
    construct: Callable[..., Any] = schema.model_construct
    return lambda values: construct(**dict(zip(names, values, strict=True)))


def _customizes_serialization(schema: type[BaseModel]) -> bool:
    schema.model_rebuild(force=True)  # with `defer_build`, there is no core schema before
    return _has_serializer(schema.__pydantic_core_schema__)


def _has_serializer(core_schema: Any) -> bool:
    if isinstance(core_schema, dict):
        settings = ("serialization", "computed_fields")
        return any(map(core_schema.get, settings)) or any(map(_has_serializer, core_schema.values()))
    return isinstance(core_schema, list | tuple) and any(map(_has_serializer, core_schema))
