"""Filters, as parameters and conditions."""

from sqlalchemy.dialects.postgresql.base import PGDialect

from routers import Equals
from routers.filters import narrow
from tests.routers.gadgets import gadgets


def test_equals_is_one_parameter_named_like_its_column() -> None:
    (parameter,) = Equals("ready").parameters(gadgets.table)
    assert (parameter.name, parameter.column) == ("ready", "ready")
    assert Equals("ready").columns == ("ready",)
    compiled = parameter.condition.compile(dialect=PGDialect())
    assert str(compiled) == "gadget.ready = %(filter_ready)s"
    assert narrow("ready") in compiled.params
