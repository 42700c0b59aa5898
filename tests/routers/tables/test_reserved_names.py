"""Names of members that SQLModel or PostgreSQL uses are rejected; others may be those of Python's methods."""

from types import new_class
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from routers import Derived, ReadRow, Resource
from tests.routers.resource.rejection import rejection
from tests.support.gadgets import Gadget, GadgetRead
from tests.support.tables import OwnedSpecimen

pytestmark = pytest.mark.filterwarnings("ignore:Field name .* shadows an attribute")


def schema_with(name: str, annotation: Any, *bases: type[SQLModel], **options: Any) -> Any:
    """Return a schema with a member of this name."""
    members = {"__annotations__": {name: annotation}, "__module__": __name__}
    return new_class(f"Reserved{len(bases)}", bases, options, lambda body: body.update(members))


@pytest.mark.parametrize(
    "name", ["metadata", "dict", "model_fields", "model_construct", "cls", "xmin", "ctid"]
)
def test_a_column_cannot_have_a_name_that_sqlmodel_or_postgresql_uses(name: str) -> None:
    with pytest.raises(TypeError) as error:
        schema_with(name, str, OwnedSpecimen, table=True)
    assert str(error.value) == f"Reserved1 has {name}, which SQLModel or PostgreSQL uses: rename it."


def test_a_derived_member_cannot_have_such_a_name() -> None:
    derived = (Derived("cls", lambda row: select(func.count()).where(Gadget.id == row.id)),)
    read = schema_with("cls", int, GadgetRead)
    message = "read has cls, which SQLModel or PostgreSQL uses: rename it."
    assert rejection(read=read, derived=derived) == message


def test_a_member_can_have_the_name_of_a_method_that_nothing_calls() -> None:
    create = schema_with("json", str, SQLModel)
    table: Any = new_class("Noted", (create, OwnedSpecimen), {"table": True})
    read: Any = new_class("NotedRead", (create, ReadRow))
    resource = Resource(path="/notes", model=table, create=create, read=read)
    assert "json" in resource.response_schema.model_json_schema(mode="serialization")["required"]
