"""The JSON of a page, written from what the database answers with no rows in between."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from json import encoder
from typing import Annotated, Any, Generic, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import Column, Table

from routers.database.statement import Answer, in_utc_of, reader_of
from routers.queries.pagination import Cursor, Page, Sort
from routers.schemas.field_types import plain_type, split_optional
from routers.schemas.rows import maker
from routers.tables.rows import ReadT

Texts = Iterable[bytes]
Write = Callable[[list[bytes]], Texts]
"""From the texts of a column, as PostgreSQL has them, to what stands for them in the form of a row."""

_SPECIAL = re.compile(rb'[\x00-\x1f"\\]')


def _truths(values: list[bytes]) -> Texts:
    return [b"true" if value == b"t" else b"false" for value in values]


def _times(values: list[bytes]) -> Texts:
    return [value[:26].replace(b" ", b"T") if value[26:] == b"+00" else _time(value) for value in values]


def _time(value: bytes) -> bytes:
    if value[4:5] == b"-" and value[-3:] == b"+00":
        # PostgreSQL leaves out the last zeros of a fraction, and all of it where it is nothing.
        time = value[:-3].replace(b" ", b"T")
        return time.ljust(26, b"0") if b"." in time else time
    in_utc = datetime.fromisoformat(value.decode()).astimezone(UTC)
    return in_utc.isoformat().removesuffix("+00:00").encode()


def _texts(values: list[bytes]) -> Texts:
    if _SPECIAL.search(b"".join(values)) is None:
        return values
    return [encoder.encode_basestring(value.decode())[1:-1].encode() for value in values]


_WRITES: dict[Any, tuple[bytes, Write]] = {
    bool: (b"%b", _truths),
    date: (b'"%b"', iter),
    datetime: (b'"%bZ"', _times),
    int: (b"%b", iter),
    str: (b'"%b"', _texts),
    UUID: (b'"%b"', iter),
}
"""The place of a value in the form of a row, for the types where there is nothing to decide."""


class PageWriter(Generic[ReadT]):
    """Writes pages as their model does, in half of the time where all columns are of plain types.

    Attributes:
        is_plain: Whether they are, and nobody has said how else to write one.
    """

    def __init__(self, answer: type[ReadT], page: type[BaseModel], table: Table) -> None:
        """Get ready for rows like `answer`, with the columns of a table in that order."""
        self._row = maker(answer)
        self._page = page
        columns = {name: _column(field, table.c[name]) for name, field in answer.model_fields.items()}
        plain = {} if _is_told_how(answer) else columns
        self._writes: list[Write] = [each[1] for each in plain.values() if each]
        self.is_plain = len(self._writes) == len(columns)
        members = (b'"%b":%b' % (name.encode(), each[0]) for name, each in columns.items() if each)
        self._form = b"{%b}" % b",".join(members)

    def whole(self, page: Page[ReadT]) -> bytes:
        """The JSON of a page of rows."""
        content = self._page.model_construct(items=page.items, next_cursor=page.next_cursor)
        return content.__pydantic_serializer__.to_json(content)

    def write(self, answer: Answer, limit: int, order: Sort) -> bytes:
        """The JSON of a page of up to `limit` rows; one more in the answer means that there are others."""
        shown = min(answer.count, limit)
        cursor = None
        if answer.count > limit:
            (last,) = answer.rows(limit - 1, limit)
            cursor = str(Cursor.at(order, self._row(last)))
        if not (self.is_plain and answer.is_text):
            return self.whole(Page([self._row(values) for values in answer.rows(0, shown)], cursor))
        return b'{"items":[%b],"next_cursor":%b}' % (
            self._rows(answer.value, range(shown)),
            b"null" if cursor is None else encoder.encode_basestring(cursor).encode(),
        )

    def _rows(self, value: Callable[[int, int], Any], rows: range) -> bytes:
        columns = (write([value(row, place) for row in rows]) for place, write in enumerate(self._writes))
        return b",".join(map(self._form.__mod__, zip(*columns, strict=True)))


def _column(field: FieldInfo, column: Column[Any]) -> tuple[bytes, Write] | None:
    """What writes a column that holds just what the field says; nothing where there is more to it."""
    kind, nullable = split_optional(field.annotation)
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if reader_of(column.type) not in {None, in_utc_of} or plain_type(column).python_type is not kind:
        return None
    found = _WRITES.get(kind)
    return _nullable(*found) if found and nullable else found


def _nullable(form: bytes, write: Write) -> tuple[bytes, Write]:
    def write_all(values: list[Any]) -> Texts:
        if None not in values:
            return [form % value for value in write(values)]
        written = iter(write([value for value in values if value is not None]))
        return [b"null" if value is None else form % next(written) for value in values]

    return b"%b", write_all


def _is_told_how(model: type[BaseModel]) -> bool:
    """Whether somebody has said how to write something of a model."""
    if any(setting.startswith("ser_") for setting in model.model_config):
        return True
    if not isinstance(model.__pydantic_core_schema__, dict):  # it was left for later
        model.model_rebuild(force=True)
    return _tells_how(model.__pydantic_core_schema__)


def _tells_how(schema: Any) -> bool:
    if isinstance(schema, dict):
        told = ("serialization", "serialization_alias", "computed_fields")
        return any(schema.get(name) for name in told) or any(map(_tells_how, schema.values()))
    return isinstance(schema, list | tuple) and any(map(_tells_how, schema))
