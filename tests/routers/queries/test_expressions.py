"""SQL expressions in a custom route can use the columns of their row, and nothing beyond it."""

from typing import Any

import pytest
from sqlalchemy import (
    String,
    TypeDecorator,
    case,
    exists,
    func,
    literal,
    literal_column,
    not_,
    select,
    text,
)
from sqlmodel import col

from routers import Scope
from routers.queries.expressions import check_expressions, is_expression
from routers.scope.owner_statements import CACHE_SIZE
from tests.support.gadgets import Gadget, GadgetRead, gadgets
from tests.support.specimens import Specimen

SECRET = select(col(Gadget.name)).where(col(Gadget.owner_id) == "bob").limit(1)


@pytest.mark.parametrize(
    "expression",
    [
        col(Gadget.name),
        gadgets.table.c.name,
        not_(col(Gadget.ready)),
        func.upper(col(Gadget.name)),
        func.coalesce(col(Gadget.note), literal("none")),
        case((col(Gadget.ready), "yes"), else_="no"),
        "text",
        5,
        None,
        [col(Gadget.ready), {"name": "x"}],
    ],
)
def test_an_expression_over_the_row_is_accepted(expression: Any) -> None:
    check_expressions([expression], gadgets.table)


@pytest.mark.parametrize(
    "expression",
    [
        SECRET.scalar_subquery(),
        func.upper(SECRET.scalar_subquery()),
        case((exists(SECRET), "yes"), else_="no"),
        literal_column("(select name from gadget limit 1)"),
        text("(select name from gadget limit 1)"),
        col(Specimen.name),
        func.coalesce(SECRET.subquery().c.name, "x"),
        [exists(SECRET)],
        {"name": SECRET.scalar_subquery()},
    ],
)
def test_an_expression_that_reaches_beyond_the_row_is_rejected(expression: Any) -> None:
    with pytest.raises(TypeError, match="an expression may use the columns of gadget only"):
        check_expressions([expression], gadgets.table)


async def test_a_scope_rejects_an_expression_that_reaches_rows_of_another_owner(
    scope: Scope[GadgetRead], foreign: Scope[GadgetRead]
) -> None:
    await foreign.create(name="secret")
    row = await scope.create(name="lamp")
    with pytest.raises(TypeError, match="columns of gadget only"):
        await scope.crud.exists(where=exists(SECRET))
    assert (await scope.get(row.id)).name == "lamp"


def test_a_column_is_an_expression_and_a_plain_value_is_not() -> None:
    assert is_expression(col(Gadget.name))
    assert not is_expression("name")


def nested(number: int) -> Any:
    """Return an expression that differs from those for other numbers up to 1023."""
    expression: Any = col(Gadget.name)
    for place in range(10):
        expression = func.upper(expression) if number >> place & 1 else func.lower(expression)
    return expression


async def test_more_expressions_than_the_cache_has_room_for_are_executed(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="ab")
    for number in range(CACHE_SIZE + 2):
        await scope.update(row.id, note=nested(number))
    assert (await scope.update(row.id, note=nested(0))).note == "ab"
    assert (await scope.update(row.id, note=nested(1023))).note == "AB"


async def test_expressions_that_share_a_parameter_do_not_share_a_statement_with_others(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a", note="note")
    one, other = literal("x"), literal("y")
    await scope.update(row.id, name=col(Gadget.name) + one, note=col(Gadget.note) + one)
    row = await scope.update(row.id, name=col(Gadget.name) + one, note=col(Gadget.note) + other)
    assert (row.name, row.note) == ("axx", "notexy")


async def test_equal_expressions_keep_their_own_values(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="a", note="note")
    for end in ("x", "y"):
        row = await scope.update(row.id, name=col(Gadget.name) + end, note=f"plain {end}")
    assert (row.name, row.note) == ("axy", "plain y")


class Shout(TypeDecorator[str]):
    """A type whose values SQLAlchemy cannot tell apart, so it has no cache key."""

    impl = String
    cache_ok = False

    def process_bind_param(self, value: Any, _dialect: object) -> str:
        return str(value).upper()


async def test_expressions_without_a_cache_key_do_not_share_a_statement(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a")
    for name in ("b", "c"):
        row = await scope.update(row.id, name=literal(name, Shout()))
        assert row.name == name.upper()
