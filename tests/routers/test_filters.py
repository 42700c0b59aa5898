"""Filters, as parameters and conditions."""

from sqlalchemy import make_url

from routers import Equals
from routers.filters import narrow
from tests.routers.gadgets import gadgets


def test_equals_is_one_parameter_named_like_its_column() -> None:
    (parameter,) = Equals("ready").parameters(gadgets.table)
    assert (parameter.name, parameter.column) == ("ready", "ready")
    assert Equals("ready").columns == ("ready",)
    compiled = parameter.condition.compile(dialect=make_url("postgresql+psycopg2://").get_dialect()())
    assert str(compiled) == "gadget.ready = %(filter__ready)s"
    assert narrow("ready") in compiled.params
