"""SELECT statements of many kinds over owned tables; each would read rows of other owners."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    and_,
    any_,
    case,
    column,
    distinct,
    exists,
    extract,
    func,
    literal,
    true,
    tuple_,
    union,
    union_all,
    values,
)
from sqlalchemy import select as typed_select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlalchemy.sql import quoted_name
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from tests.support.ledgers import Currency, Entry, Ledger

# Without their types, which are those of instances.
select: Any = typed_select
ENTRY: Any = Entry
BOOK: Any = Ledger
TEXT, AMOUNT, LEDGER, ENTRIES = ENTRY.text, ENTRY.amount, ENTRY.ledger_id, ENTRY.__table__
NAME, LEDGER_ID, LEDGERS = BOOK.name, BOOK.id, BOOK.__table__


def recursive() -> Any:
    tree = (
        select(LEDGER_ID, NAME, literal(1).label("depth"))
        .where(col(BOOK.parent_id).is_(None))
        .cte("tree", recursive=True)
    )
    child = aliased(Ledger)
    below = select(child.id, child.name, tree.c.depth + 1).join(tree, child.parent_id == tree.c.id)
    tree = tree.union_all(below)
    return select(tree.c.name, tree.c.depth)


def nested_cte() -> Any:
    inner = select(TEXT, AMOUNT).cte("inner_rows")
    outer = select(inner.c.text, (inner.c.amount * 2).label("double")).cte("outer_rows")
    return select(outer.c.text, outer.c.double).where(outer.c.double.in_(select(inner.c.amount * 2)))


def lateral(*, isouter: bool) -> Any:
    largest = select(AMOUNT).where(LEDGER == LEDGER_ID).order_by(AMOUNT.desc()).limit(1).lateral("largest")
    return select(NAME, largest.c.amount).join(largest, true(), isouter=isouter)


def self_join() -> Any:
    one, other = aliased(ENTRY), aliased(ENTRY)
    return select(one.text, other.text.label("next")).join(other, other.amount > one.amount)


def core_alias() -> Any:
    alias = ENTRIES.alias("e")
    return select(alias.c.text).where(alias.c.amount > 0)


def three_deep() -> Any:
    first = select(TEXT, AMOUNT).subquery()
    second = select(first.c.text, first.c.amount).where(first.c.amount > 0).subquery()
    return select(func.count()).select_from(select(second.c.text).subquery())


def aliased_subquery() -> Any:
    large = aliased(Entry, select(Entry).where(AMOUNT >= 2).subquery())
    return select(large.text)


def values_join() -> Any:
    limits = values(column("low", ENTRIES.c.amount.type), name="limits").data([(1,), (3,)])
    return select(limits.c.low, func.count()).join(Entry, limits.c.low <= AMOUNT).group_by(limits.c.low)


def series_join() -> Any:
    series = func.generate_series(1, 3).table_valued("n").render_derived()
    return select(series.c.n, func.sum(AMOUNT)).join(Entry, series.c.n <= AMOUNT).group_by(series.c.n)


def tags() -> Any:
    each = func.jsonb_array_elements_text(ENTRIES.c.tags).table_valued("value").render_derived()
    return select(each.c.value, func.count()).select_from(ENTRIES).join(each, true()).group_by(each.c.value)


TOTAL = select(func.sum(AMOUNT)).where(LEDGER == LEDGER_ID).scalar_subquery()
OWN_LEDGERS = select(LEDGER_ID)
SELECTS: dict[str, Callable[[], Any]] = {
    "entity": lambda: select(Entry),
    "columns": lambda: select(TEXT, AMOUNT),
    "core table": lambda: select(ENTRIES.c.text),
    "all columns of the core table": lambda: select(ENTRIES),
    "SQLModel's select": lambda: sqlmodel_select(TEXT).where(AMOUNT > 0),
    "count": lambda: select(func.count()).select_from(Entry),
    "group by": lambda: select(LEDGER, func.sum(AMOUNT)).group_by(LEDGER),
    "having": lambda: select(LEDGER, func.count()).group_by(LEDGER).having(func.sum(AMOUNT) > 0),
    "rollup": lambda: select(LEDGER, func.sum(AMOUNT)).group_by(func.rollup(LEDGER)),
    "aggregate filter": lambda: select(func.count(ENTRY.id).filter(AMOUNT > 1)),
    "ordered-set aggregate": lambda: select(func.mode().within_group(AMOUNT.desc())),
    "distinct": lambda: select(AMOUNT).distinct(),
    "count of distinct values": lambda: select(func.count(distinct(AMOUNT))),
    "distinct on": lambda: select(LEDGER, AMOUNT).ext(distinct_on(LEDGER)).order_by(LEDGER, AMOUNT.desc()),
    "json aggregate": lambda: select(func.jsonb_agg(TEXT)),
    "whole-row reference": lambda: select(func.to_jsonb(ENTRIES.table_valued())),
    "order, limit and offset": lambda: select(TEXT).order_by(AMOUNT.desc()).limit(2).offset(1),
    "order by label": lambda: select(TEXT.label("what")).order_by("what"),
    "fetch with ties": lambda: select(AMOUNT).order_by(AMOUNT.desc()).fetch(1, with_ties=True),
    "join": lambda: select(NAME, AMOUNT).join(Entry, LEDGER == LEDGER_ID),
    "left join": lambda: select(NAME, AMOUNT).outerjoin(Entry, and_(LEDGER == LEDGER_ID, AMOUNT > 2)),
    "right side of a left join": lambda: select(col(Currency.code), AMOUNT).outerjoin(Entry, true()),
    "full join": lambda: select(NAME, TEXT).join(Entry, LEDGER == LEDGER_ID, full=True),
    "cross join": lambda: select(NAME, TEXT).join_from(Ledger, Entry, true()),
    "comma join": lambda: select(NAME, TEXT).where(LEDGER == LEDGER_ID),
    "join with a public table": lambda: select(TEXT, col(Currency.code)).join(
        Currency, col(Currency.id) == col(Entry.currency_id)
    ),
    "core join": lambda: select(LEDGERS.c.name).select_from(
        LEDGERS.join(ENTRIES, LEDGERS.c.id == ENTRIES.c.ledger_id)
    ),
    "self-join": self_join,
    "core alias": core_alias,
    "alias with an unquoted name": lambda: select(
        ENTRIES.alias(quoted_name("x, specimen_entry", quote=False)).c.text
    ),
    "alias of a subquery": aliased_subquery,
    "subqueries three deep": three_deep,
    "exists": lambda: select(NAME).where(exists().where(LEDGER == LEDGER_ID, AMOUNT > 100)),
    "exists that correlates nothing": lambda: select(exists().where(AMOUNT > 100)),
    "not exists": lambda: select(col(Currency.code)).where(~exists().where(AMOUNT > 100)),
    "in": lambda: select(TEXT).where(LEDGER.in_(OWN_LEDGERS)),
    "not in": lambda: select(col(Currency.code)).where(literal("bob 1").not_in(select(TEXT))),
    "extract": lambda: select(extract("year", ENTRY.booked_on), func.count()).group_by(
        extract("year", ENTRY.booked_on)
    ),
    "value in the text": lambda: select(TEXT).where(
        TEXT.in_([literal("ann 1", literal_execute=True), "bob 1"])
    ),
    "custom operator": lambda: select(TEXT.op("||")("!")),
    "values that are not rendered": lambda: select(TEXT).correlate(
        select(AMOUNT).where(AMOUNT > 5).subquery()
    ),
    "in a list": lambda: select(TEXT).where(AMOUNT.in_([1, 2, 100, 200])),
    "tuple in": lambda: select(TEXT).where(
        tuple_(LEDGER, AMOUNT).in_(select(LEDGER, func.max(AMOUNT)).group_by(LEDGER))
    ),
    "any": lambda: (
        select(TEXT)
        .where(literal(100) <= any_(select(AMOUNT).scalar_subquery()))
        .union_all(select(func.max(TEXT)))
    ),
    "scalar subquery": lambda: select(select(func.sum(AMOUNT)).scalar_subquery()),
    "correlated scalar subquery": lambda: select(NAME, TOTAL.label("total")),
    "scalar subquery in a condition": lambda: select(TEXT).where(
        select(func.max(AMOUNT)).scalar_subquery() == AMOUNT
    ),
    "scalar subquery in the order": lambda: select(NAME).order_by(TOTAL.desc()),
    "case": lambda: select(case((exists().where(AMOUNT > 100), "rich"), else_="poor")),
    "cte": lambda: select(select(TEXT).cte("rows").c.text),
    "nested cte": nested_cte,
    "recursive cte": recursive,
    "union": lambda: union(select(TEXT), select(NAME)),
    "union with an order": lambda: union_all(select(TEXT.label("t")), select(NAME)).order_by("t").limit(9),
    "except": lambda: select(TEXT).except_(select(TEXT).where(AMOUNT == 1)),
    "intersect": lambda: select(AMOUNT).intersect(select(AMOUNT).where(AMOUNT > 1)),
    "subquery of a union": lambda: select(func.count()).select_from(
        union_all(select(TEXT), select(NAME)).subquery()
    ),
    "lateral": lambda: lateral(isouter=False),
    "left join lateral": lambda: lateral(isouter=True),
    "values": values_join,
    "generated series": series_join,
    "elements of a JSON list": tags,
    "window": lambda: select(TEXT, func.row_number().over(partition_by=LEDGER, order_by=AMOUNT)),
    "window over an aggregate": lambda: select(LEDGER, func.sum(func.sum(AMOUNT)).over()).group_by(LEDGER),
    "relationship": lambda: select(NAME, AMOUNT).join(BOOK.entries),
    "relationship to one": lambda: select(NAME, AMOUNT).join(ENTRY.ledger),
    "relationship to an alias": lambda: select(NAME, (e := aliased(Entry)).text).join(
        BOOK.entries.of_type(e)
    ),
    "relationship to itself": lambda: select(NAME, (p := aliased(Ledger)).name).join(BOOK.parent.of_type(p)),
    "relationship any": lambda: select(NAME).where(BOOK.entries.any(AMOUNT > 100)),
    "relationship has": lambda: select(TEXT).where(ENTRY.ledger.has(NAME != "")),
    "hybrid property": lambda: select(NAME, BOOK.total),
    "hybrid property in a condition": lambda: select(NAME).where(BOOK.total > 100),
    "row lock": lambda: select(TEXT).with_for_update(of=Entry),
}
