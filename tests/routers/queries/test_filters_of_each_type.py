"""`OneOf`, `Range` and `Has` on each type of column."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from routers import Database, Has, OneOf, Range, Resource, resource_router
from routers.queries.filters import Filter
from tests.routers.schemas.test_field_types import create_specimen
from tests.support.gadget_applications import application_of, client_of
from tests.support.gadgets import OTHER_ID, ROW_ID, access
from tests.support.specimens import Specimen, SpecimenCreate, SpecimenRead

Values = tuple[Any, Any]

ORDERED: dict[str, Values] = {
    "legs": (0, 1000),
    "serial": (str(-(2**63)), str(2**63 - 1)),
    "rank": (-(2**15), 2**15 - 1),
    "weight": (-1e-7, 1.5e300),
    "ratio": (0.1, 0.30000000000000004),
    "price": ("-999999.99", "999999.99"),
    "tiny": ("0.000000000001", "0.000000000002"),
    "found_on": ("2000-02-29", "2999-12-31"),
    "lost_on": ("1000-01-01", "1000-01-02"),
    "seen_at": ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000001Z"),
}
"""A low and a high value of each type that has an order."""

OTHERS: dict[str, Values] = {
    "name": ("", 'a,b {"c"} \\'),
    "kind": ("null", "NULL"),
    "sealed": (False, True),
    "tag": (ROW_ID, OTHER_ID),
    "colour": ("red", "pale-blue"),
    "second_colour": ("red", "pale-blue"),
}
NULLABLE = {
    "ratio": 0.5,
    "tiny": "0.5",
    "lost_on": "2026-01-01",
    "seen_at": "2026-01-01T00:00:00Z",
    "tag": ROW_ID,
    "second_colour": "red",
    "anything": [],
}


@contextlib.asynccontextmanager
async def museum_with(database: Database, *filters: Filter) -> AsyncIterator[httpx.AsyncClient]:
    """Serve specimens with these filters."""
    resource = Resource(
        path="/specimens",
        model=Specimen,
        create=SpecimenCreate,
        read=SpecimenRead,
        filters=filters,
        sorts=("name",),
    )
    async with client_of(application_of(resource_router(resource, access), database)) as client:
        yield client


def text(value: Any) -> str:
    """Return a value as a query parameter."""
    return str(value).lower() if isinstance(value, bool) else str(value)


async def ids(museum: httpx.AsyncClient, **query: Any) -> set[str]:
    """Return the ids of the specimens that match a query."""
    response = await museum.get("/specimens", params=query)
    assert response.status_code == 200, response.text
    return {row["id"] for row in response.json()["items"]}


async def create(museum: httpx.AsyncClient, **members: Any) -> str:
    """Create a specimen, and return its id."""
    response = await create_specimen(museum, **members)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(("column", "values"), {**ORDERED, **OTHERS}.items(), ids=[*ORDERED, *OTHERS])
async def test_one_of_several_values_matches_rows_of_each_type(
    specimen_database: Database, column: str, values: Values
) -> None:
    async with museum_with(specimen_database, OneOf(column)) as museum:
        first, second = [await create(museum, **{column: value}) for value in values]
        low, high = map(text, values)
        assert await ids(museum, **{column: [low]}) == {first}
        assert await ids(museum, **{column: [high, high]}) == {second}
        assert await ids(museum, **{column: [high, low]}) == {first, second}


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(("column", "values"), ORDERED.items(), ids=ORDERED)
async def test_a_range_of_each_type_includes_and_excludes_its_bounds_as_the_parameters_say(
    specimen_database: Database, column: str, values: Values
) -> None:
    async with museum_with(specimen_database, Range(column, "gte", "lte")) as museum:
        low, high = [await create(museum, **{column: value}) for value in values]
        at_least, at_most = f"{column}_gte", f"{column}_lte"
        assert await ids(museum, **{at_least: values[0], at_most: values[1]}) == {low, high}
        assert await ids(museum, **{at_least: values[1]}) == {high}
        assert await ids(museum, **{at_most: values[0]}) == {low}
        assert await ids(museum, **{at_least: values[1], at_most: values[0]}) == set()
    async with museum_with(specimen_database, Range(column, "lt", "gt")) as museum:
        greater, less = f"{column}_gt", f"{column}_lt"
        assert await ids(museum, **{greater: values[0]}) == {high}
        assert await ids(museum, **{less: values[1]}) == {low}
        assert await ids(museum, **{greater: values[0], less: values[1]}) == set()
        assert await ids(museum, **{greater: values[1], less: values[0]}) == set()


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(("column", "value"), NULLABLE.items(), ids=NULLABLE)
async def test_rows_with_and_without_a_value_of_each_type_are_told_apart(
    specimen_database: Database, column: str, value: Any
) -> None:
    async with museum_with(specimen_database, Has(column)) as museum:
        complete, without = await create(museum, **{column: value}), await create(museum, **{column: None})
        assert await ids(museum, **{f"has_{column}": "true"}) == {complete}
        assert await ids(museum, **{f"has_{column}": "false"}) == {without}
        assert await ids(museum) == {complete, without}


@pytest.mark.usefixtures("region")
async def test_a_row_without_a_value_is_in_no_range(specimen_database: Database) -> None:
    async with museum_with(specimen_database, Range("lost_on", "gte", "lte"), Has("lost_on")) as museum:
        await create(museum)
        lost = await create(museum, lost_on="2026-01-01")
        everything = {"lost_on_gte": "1000-01-01", "lost_on_lte": "2999-12-31"}
        assert await ids(museum, **everything) == {lost}
        assert await ids(museum, **everything, has_lost_on="false") == set()


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("name", ["legs_gte", "has_tag", "tag"])
@pytest.mark.parametrize("value", ["", "null"])
async def test_an_empty_value_and_null_are_values_of_no_type_but_text(
    specimen_database: Database, name: str, value: str
) -> None:
    filters = Range("legs", "gte"), Has("tag"), OneOf("tag")
    async with museum_with(specimen_database, *filters) as museum:
        response = await museum.get(f"/specimens?{name}={value}")
        assert response.status_code == 422
        assert [each["parameter"] for each in response.json()["errors"]] == [name]


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize("name", ["legs_gte", "has_tag"])
async def test_a_bound_and_a_choice_cannot_be_repeated(specimen_database: Database, name: str) -> None:
    async with museum_with(specimen_database, Range("legs", "gte"), Has("tag")) as museum:
        response = await museum.get(f"/specimens?{name}=1&{name}=1")
        expected = [{"parameter": name, "detail": "This must not be repeated."}]
        assert (response.status_code, response.json()["errors"]) == (422, expected)
