"""An expression in a route by hand stays on the row."""

from typing import Any

import pytest
from sqlalchemy import String, case, exists, func, literal, literal_column, not_, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from routers import Resource, Scope
from routers.queries.expressions import check_expressions, is_expression
from tests.routers.resource.test_validation import Odd
from tests.support.gadgets import Gadget, GadgetRead, gadgets

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
def test_what_is_over_the_row_is_taken(expression: Any) -> None:
    check_expressions([expression], gadgets.table)


@pytest.mark.parametrize(
    "expression",
    [
        SECRET.scalar_subquery(),
        func.upper(SECRET.scalar_subquery()),
        case((exists(SECRET), "yes"), else_="no"),
        literal_column("(select name from gadget limit 1)"),
        text("(select name from gadget limit 1)"),
        col(Odd.maybe_at),
        func.coalesce(SECRET.subquery().c.name, "x"),
        [exists(SECRET)],
        {"name": SECRET.scalar_subquery()},
    ],
)
def test_what_reaches_beyond_is_refused(expression: Any) -> None:
    with pytest.raises(TypeError, match="an expression is over the columns of gadget alone"):
        check_expressions([expression], gadgets.table)


async def test_a_scope_refuses_it_before_the_database_sees_it(
    scope: Scope[GadgetRead], foreign: Scope[GadgetRead]
) -> None:
    await foreign.create(name="secret")
    row = await scope.create(name="lamp")
    with pytest.raises(TypeError, match="columns of gadget alone"):
        await scope.update(row.id, name=SECRET.scalar_subquery())
    with pytest.raises(TypeError, match="columns of gadget alone"):
        await scope.crud.exists(where=exists(SECRET))
    assert (await scope.get(row.id)).name == "lamp"


def test_a_plain_value_is_no_expression() -> None:
    assert is_expression(col(Gadget.name))
    assert not is_expression("name")


async def test_only_so_many_statements_are_kept(
    scope: Scope[GadgetRead], monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = vars(Resource)["statements"].func(gadgets)
    monkeypatch.setattr("routers.queries.statements.KEPT", 2)
    row = await scope.create(name="a")
    for times in (1, 2, 3, 1):
        case_of = case((col(Gadget.name) == "a", "b"), else_=func.concat(*[col(Gadget.name)] * times))
        assert statements.update_by({"note": case_of})[1]
    assert (await scope.get(row.id)).version == 1


async def test_what_two_expressions_share_is_not_taken_for_what_they_do_not(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a", note="note")
    one, other = literal("x"), literal("y")
    await scope.update(row.id, name=col(Gadget.name) + one, note=col(Gadget.note) + one)
    row = await scope.update(row.id, name=col(Gadget.name) + one, note=col(Gadget.note) + other)
    assert (row.name, row.note) == ("axx", "notexy")


async def test_the_values_in_an_expression_are_each_time_its_own(scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="a", note="note")
    for end in ("x", "y"):
        row = await scope.update(row.id, name=col(Gadget.name) + end, note=f"plain {end}")
    assert (row.name, row.note) == ("axy", "plain y")


class shout(FunctionElement[str]):  # noqa: N801 # named like a function of SQL's
    """An expression of somebody else's, who has not told SQLAlchemy what makes two of them the same."""

    inherit_cache = False
    type = String()


@compiles(shout)
def _compile_shout(element: Any, compiler: Any, **options: Any) -> str:
    return f"upper({compiler.process(element.clauses, **options)})"


async def test_an_expression_that_cannot_be_told_from_others_is_compiled_each_time(
    scope: Scope[GadgetRead],
) -> None:
    row = await scope.create(name="a")
    for name in ("b", "c"):
        row = await scope.update(row.id, name=shout(literal(name)))
        assert row.name == name.upper()
