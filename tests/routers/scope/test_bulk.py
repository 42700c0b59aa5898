"""Methods of a scope that read and write many rows, each with one statement."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import col

from routers import Conflict, Database, NotFound, OwnerId, Scope, UnitOfWork
from routers.exceptions import InvalidRequest
from routers.scope.bulk_scope import MAX_NEW_ROWS
from tests.support.gadgets import Gadget, GadgetRead
from tests.support.labels import Label, LabelRead, labels
from tests.support.specimens import Colour, ShelfRead, Specimen, SpecimenRead, shelves, specimens
from tests.support.wire import Wire

Gadgets = Scope[GadgetRead]
NAME: ColumnElement[str] = Gadget.__table__.c.name  # type: ignore[attr-defined]
READY: ColumnElement[bool] = Gadget.__table__.c.ready  # type: ignore[attr-defined]


def specimen_scopes(
    database: Database, owner: str
) -> tuple[Scope[SpecimenRead], Scope[ShelfRead], Scope[LabelRead]]:
    unit, owner_id = UnitOfWork(database), OwnerId(owner)
    return Scope(specimens, owner_id, unit), Scope(shelves, owner_id, unit), Scope(labels, owner_id, unit)


async def names(scope: Gadgets) -> list[str]:
    return [row.name for row in (await scope.list(sort="name")).items]


async def test_rows_are_created_in_order_with_defaults_ids_and_versions(scope: Gadgets) -> None:
    made = await scope.create_many([{"name": f"lamp {n}", "ready": n % 2 == 0} for n in range(5)])
    assert [(row.name, row.note, row.ready, row.version) for row in made] == [
        (f"lamp {n}", None, n % 2 == 0, 1) for n in range(5)
    ]
    assert sorted(made, key=lambda row: row.id) == made
    assert (await scope.list(sort="name")).items == made


@pytest.mark.usefixtures("region")
async def test_rows_with_a_column_of_every_type_are_created(specimen_database: Database) -> None:
    rows, _, _ = specimen_scopes(specimen_database, "ann")
    values: list[dict[str, Any]] = [
        {"name": "plain"},
        {
            "name": 'a, "b" {c} \\ ä',
            "legs": 6,
            "serial": 2**62,
            "rank": -5,
            "weight": 0.1,
            "ratio": 0.25,
            "price": Decimal("123.45"),
            "tiny": Decimal("0.000000000001"),
            "sealed": True,
            "found_on": date(2026, 2, 3),
            "lost_on": date(2026, 2, 4),
            "seen_at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
            "tag": uuid4(),
            "colour": Colour.PALE_BLUE,
            "second_colour": Colour.RED,
            "details": {"a": [1, None, {"b": "ä"}]},
            "remarks": ["one", "two, three", "{}"],
            "anything": [None, 1, ["x"]],
            "kind": "rare",
        },
    ]
    for made, value in zip(await rows.create_many(values), values, strict=True):
        alone = await rows.create(**value)
        server = {"id", "created_at", "updated_at", "sealed_at"}
        assert made.model_dump(exclude=server) == alone.model_dump(exclude=server)
        assert made == await rows.get(made.id)
        assert (made.sealed_at is not None, made.pending) == (value.get("sealed", False), True)


async def test_creating_no_rows_sends_no_statement(scope: Gadgets, wire: Wire) -> None:
    wire.reset()
    assert await scope.create_many([]) == []
    assert wire.statements == []


async def test_too_many_rows_are_rejected_before_any_is_created(scope: Gadgets) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await scope.create_many({"name": "x"} for _ in range(MAX_NEW_ROWS + 1))
    assert caught.value.errors[0].detail == "At most 1000 rows can be created at once."
    assert len(await scope.create_many({"name": "x"} for _ in range(MAX_NEW_ROWS))) == MAX_NEW_ROWS


async def test_rows_with_different_columns_are_rejected(specimen_database: Database) -> None:
    rows, _, _ = specimen_scopes(specimen_database, "ann")
    with pytest.raises(TypeError, match="Some rows have no inspected: give it to all of them"):
        await rows.create_many([{"name": "a"}, {"name": "b", "inspected": True}])
    with pytest.raises(TypeError, match="owner_id cannot be written here"):
        await rows.create_many([{"name": "a", "owner_id": "bob"}])


@pytest.mark.usefixtures("region")
async def test_one_row_that_violates_a_constraint_prevents_all(specimen_database: Database) -> None:
    _, cases, tags = specimen_scopes(specimen_database, "ann")
    with pytest.raises(Conflict, match="`name` is already in use"):
        await cases.create_many([{"name": "A"}, {"name": "B"}, {"name": "A"}])
    assert (await cases.list()).items == []
    with pytest.raises(InvalidRequest) as caught:
        await tags.create_many([{"text": "x"}, {"text": "y", "shelf_id": uuid4()}])
    assert caught.value.errors[0].pointer == "/shelf_id"
    with pytest.raises(InvalidRequest):
        await tags.create_many([{"text": "x"}, {"text": "en"}])
    assert (await tags.list()).items == []


async def test_rows_that_meet_a_condition_are_changed(scope: Gadgets, foreign: Gadgets) -> None:
    for each in (scope, foreign):
        await each.create_many({"name": f"lamp {n}"} for n in range(4))
    assert await scope.update_where(NAME < "lamp 2", ready=True, note=func.upper(NAME)) == 2
    assert [(row.note, row.ready, row.version) for row in (await scope.list(sort="name")).items] == [
        ("LAMP 0", True, 2),
        ("LAMP 1", True, 2),
        (None, False, 1),
        (None, False, 1),
    ]
    assert {row.version for row in (await foreign.list()).items} == {1}
    changed = (await scope.list(READY)).items
    assert all(row.updated_at > row.created_at for row in changed)
    assert await scope.update_where(NAME == "nothing", ready=True) == 0


async def test_rows_that_meet_a_condition_are_deleted(scope: Gadgets, foreign: Gadgets) -> None:
    for each in (scope, foreign):
        await each.create_many({"name": f"lamp {n}"} for n in range(4))
    assert await scope.delete_where(NAME >= "lamp 2") == 2
    assert await scope.delete_where(NAME >= "lamp 2") == 0
    assert await names(scope) == ["lamp 0", "lamp 1"]
    assert await scope.delete_where(true()) == 2
    assert len(await names(foreign)) == 4


@pytest.mark.usefixtures("region")
async def test_a_subquery_in_a_condition_reads_rows_of_the_owner_only(specimen_database: Database) -> None:
    scopes = {owner: specimen_scopes(specimen_database, owner) for owner in ("ann", "bob")}
    for owner, (rows, _, _) in scopes.items():
        await rows.create_many({"name": name} for name in (owner, "both"))
    ann_rows, _, tags = scopes["ann"]
    await tags.create_many({"text": text} for text in ("bob", "ann", "both"))
    in_names = col(Label.text).in_(select(col(Specimen.name)))
    assert {row.text for row in (await tags.list(in_names)).items} == {"ann", "both"}
    largest = select(func.max(col(Specimen.name))).scalar_subquery()
    assert await tags.update_where(in_names, text=func.upper(largest)) == 2
    assert sorted(row.text for row in (await tags.list()).items) == ["BOTH", "BOTH", "bob"]
    await tags.update_where(true(), text="ann")
    assert await tags.delete_where(~in_names) == 0
    row = await ann_rows.create(name="x")
    assert (await ann_rows.update(row.id, name=largest)).name == "x"


@pytest.mark.usefixtures("region")
async def test_a_reference_from_another_row_prevents_a_delete(specimen_database: Database) -> None:
    _, cases, tags = specimen_scopes(specimen_database, "ann")
    first, _ = await cases.create_many([{"name": "A"}, {"name": "B"}])
    await tags.create(text="x", shelf_id=first.id)
    with pytest.raises(Conflict, match="refer to this one"):
        await cases.delete_where(true())
    assert len((await cases.list()).items) == 2
    with pytest.raises(Conflict, match="`name` is already in use"):
        await cases.update_where(true(), name="C")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rows: rows.update_where(true()), "nothing to change"),
        (lambda rows: rows.update_where(true(), owner_id="bob"), "owner_id cannot be written"),
        (lambda rows: rows.update_where(False, ready=True), "False is no SQL expression"),  # noqa: FBT003
        (lambda rows: rows.delete_where(None), "None is no SQL expression"),
        (lambda rows: rows.list(col(Specimen.name) == "x"), "has columns of specimen"),
        (lambda rows: rows.delete_where(col(Specimen.name) == NAME), "has columns of specimen"),
        (lambda rows: rows.update_where(true(), name=col(Specimen.name)), "has columns of specimen"),
        (lambda rows: rows.update(UUID(int=0), name=col(Specimen.name)), "has columns of specimen"),
    ],
)
async def test_a_mistake_in_a_call_is_an_error_that_says_what_to_write(
    scope: Gadgets, call: Callable[[Gadgets], Awaitable[Any]], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        await call(scope)


async def test_each_method_takes_one_statement_in_one_round_trip(scope: Gadgets, wire: Wire) -> None:
    first, *_ = await scope.create_many([{"name": "a"}, {"name": "b"}])
    calls: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
        ("INSERT", lambda: scope.create_many([{"name": "c"}, {"name": "d"}])),
        ("WITH", lambda: scope.update_where(NAME == "a", ready=True)),
        ("SELECT", lambda: scope.list(NAME.in_(["a", "b"]))),
        ("UPDATE", lambda: scope.update(first.id, name=select(func.max(NAME)).scalar_subquery())),
        ("WITH", lambda: scope.delete_where(READY)),
    ]
    for start, call in calls:
        wire.reset()
        await call()
        assert (wire.trips, [text.split()[0] for text in wire.statements]) == (1, [start])


async def test_pages_with_a_condition_are_continued_by_their_cursor(scope: Gadgets) -> None:
    await scope.create_many({"name": f"{n:02}", "ready": n % 3 == 0} for n in range(20))
    seen, cursor = [], None
    while True:
        page = await scope.list(READY, NAME != "09", limit=2, sort="-name", cursor=cursor)
        seen += [row.name for row in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == ["18", "15", "12", "06", "03", "00"]


async def test_an_order_or_a_cursor_that_does_not_exist_is_an_invalid_request(scope: Gadgets) -> None:
    for option in ({"sort": "note"}, {"cursor": "x"}, {"cursor": "name.61"}):
        with pytest.raises(InvalidRequest) as caught:
            await scope.list(**option)  # type: ignore[arg-type]
        assert caught.value.errors[0].parameter == next(iter(option))


async def test_a_condition_and_a_declared_filter_apply_together(scope: Gadgets) -> None:
    await scope.create_many({"name": name, "ready": name > "b"} for name in "abcd")
    page = await scope.list(NAME < "d", filters={"ready": True})
    assert [row.name for row in page.items] == ["c"]


async def test_many_rows_are_written_in_a_transaction_or_not_at_all(scope: Gadgets) -> None:
    with pytest.raises(NotFound):
        async with scope.transaction():
            await scope.create_many([{"name": "a"}, {"name": "b"}])
            await scope.update_where(true(), ready=True)
            await scope.get(uuid4())
    assert await names(scope) == []
