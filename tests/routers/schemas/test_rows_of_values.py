"""Rows as the API has them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import PrivateAttr, field_serializer

from routers import Resource
from routers.schemas.rows import maker
from tests.routers.queries.test_statements import ID
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead, gadgets

TIME = datetime(2026, 1, 31, 12, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "name": "lamp",
    "note": None,
    "ready": True,
    "id": UUID(ID),
    "created_at": TIME,
    "updated_at": TIME,
    "version": 1,
}


def test_a_row_is_what_its_model_would_have_made_of_it() -> None:
    in_order = [FACTS[name] for name in gadgets.answer.model_fields]
    row = maker(gadgets.answer)(in_order)
    assert isinstance(row, GadgetRead)
    expected = gadgets.answer.model_construct(**FACTS)
    assert row == expected
    assert row.model_dump_json() == expected.model_dump_json()
    assert row.model_copy(update={"version": 2}).version == 2


def test_values_beyond_the_members_are_left_out() -> None:
    in_order = [FACTS[name] for name in gadgets.answer.model_fields]
    assert "created" not in maker(gadgets.answer)([*in_order, True]).model_dump_json().replace(
        "created_at", ""
    )


class SecretRead(GadgetRead):
    """A gadget with something of its own."""

    _times: int = PrivateAttr(default=2)

    @field_serializer("name")
    def repeated(self, name: str) -> str:
        return name * self._times


def test_a_row_has_the_private_attributes_of_its_model() -> None:
    shape = Resource(path="/gadgets", model=Gadget, create=GadgetCreate, read=SecretRead)
    row = shape.row([FACTS[name] for name in shape.answer.model_fields])
    assert '"name":"lamplamp"' in row.model_dump_json()
