"""Each type of column in filters and sorts."""

from typing import Any

import httpx
import pytest

from tests.routers.schemas.test_field_types import FEE, INT64_STRING, PRICE, create_specimen
from tests.support.gadgets import ROW_ID
from tests.support.specimens import specimens


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=a", {"a"}),
        ("name=", set()),
        ("sealed=true", {"b"}),
        (f"tag={ROW_ID}", {"c"}),
        ("second_colour=red", {"a"}),
        ("tiny=0.5", {"b"}),
        ("colour=red", {"a", "b"}),
        ("colour=red&colour=pale-blue", {"a", "b", "c"}),
        ("kind=new&kind=odd", {"b", "c"}),
        ("rank=-5&rank=6", {"a"}),
        ("legs_gte=4", {"b", "c"}),
        ("legs_gte=4&legs_lt=8", {"b"}),
        ("serial_gte=9223372036854775807", {"c"}),
        ("weight_lt=1e-3", {"a"}),
        ("price_gte=1.5&price_lt=100", {"b"}),
        ("found_on_lte=2000-01-01", {"a"}),
        ("seen_at_gt=2025-12-31T23:59:59.999999Z", {"c"}),
        ("size=small", {"a"}),
        ("grade=2&grade=3", {"b"}),
        ("level=2", {"a"}),
        ("level=-1", set()),
        ("fee_gte=12.5&fee_lt=12.55", {"c"}),
        ("eggs_gte=0&eggs_lt=12", {"a", "c"}),
        ("q=OD", {"c"}),
        ("colour=pale-blue&legs_gte=1", {"c"}),
    ],
)
async def test_a_filter_returns_the_rows_that_match(
    museum: httpx.AsyncClient, query: str, names: set[str]
) -> None:
    await create_specimen(
        museum,
        name="a",
        second_colour="red",
        rank=-5,
        price="1.49",
        found_on="2000-01-01",
        size="small",
        level=2,
    )
    await create_specimen(
        museum,
        name="b",
        sealed=True,
        tiny="0.5",
        kind="new",
        legs=4,
        weight=0.001,
        price="1.50",
        grade=3,
        eggs=24,
    )
    await create_specimen(
        museum,
        name="c",
        tag=ROW_ID,
        colour="pale-blue",
        kind="odd",
        legs=8,
        serial=str(2**63 - 1),
        weight=1e3,
        price="100.00",
        fee="12.50",
        seen_at="2026-01-01T00:00:00Z",
    )
    response = await museum.get(f"/specimens?{query}")
    assert response.status_code == 200, response.text
    assert {row["name"] for row in response.json()["items"]} == names


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("legs_gte=01", "legs_gte", "This must be an integer without leading zeros."),
        ("legs_gte=-1", "legs_gte", "Input should be greater than or equal to 0."),
        ("serial_lt=9223372036854775808", "serial_lt", INT64_STRING),
        ("weight_gte=1e999", "weight_gte", "This must be a number within double precision."),
        ("weight_gte=.5", "weight_gte", "This must be a number as JSON writes it."),
        ("weight_gte=inf", "weight_gte", "This must be a number as JSON writes it."),
        ("price_gte=1.234", "price_gte", PRICE),
        ("found_on_gte=2026-1-1", "found_on_gte", "This must be a date like 2026-01-31."),
        ("grade=4", "grade", "Input should be 1, 2 or 3."),
        ("grade=01", "grade", "This must be an integer without leading zeros."),
        ("level=LOW", "level", "This must be an integer without leading zeros."),
        ("fee_gte=0.01", "fee_gte", FEE),
        ("eggs_lt=13", "eggs_lt", "Input should be a multiple of 12."),
        ("second_colour=blue", "second_colour", "Input should be 'red' or 'pale-blue'."),
        ("colour=red&colour=blue", "colour", "Input should be 'red' or 'pale-blue'."),
        ("sealed=True", "sealed", "This must be true or false."),
        ("sealed=true&sealed=true", "sealed", "This must not be repeated."),
        ("rank=1&rank=x", "rank", "This must be an integer without leading zeros."),
        ("&".join(["rank=1"] * 101), "rank", "List should have at most 100 items after validation, not 101."),
        ("name=%00", "name", "This does not match the documented pattern."),
    ],
)
async def test_an_invalid_filter_value_is_rejected_with_the_parameter_and_the_reason(
    museum: httpx.AsyncClient, query: str, parameter: str, detail: str
) -> None:
    response = await museum.get(f"/specimens?{query}")
    assert response.status_code == 422, response.text
    assert response.json()["errors"] == [{"parameter": parameter, "detail": detail}]


COLOURS = ["red", "pale-blue"]


def key(sort: str, value: Any) -> Any:
    """Return a value that Python compares as the order does."""
    convert: Any = {
        "serial": int,
        "price": float,
        "colour": COLOURS.index,
        "second_colour": COLOURS.index,
    }.get(sort)
    return convert(value) if convert else value


@pytest.mark.parametrize(
    "sort",
    [
        sort.removeprefix("-")
        for sort in specimens.sorts
        if sort.startswith("-") and sort.removeprefix("-") in specimens.sorts
    ],
)
async def test_every_sort_is_a_total_order_in_both_directions(museum: httpx.AsyncClient, sort: str) -> None:
    for n in (3, 1, 2, 2):
        sign = (-1) ** n
        await create_specimen(
            museum,
            name=f"n{n}",
            legs=n,
            serial=str(sign * 2**62 * n // 4),
            rank=sign * n,
            kind=f"k{n}",
            weight=sign * n * 1e-7,
            price=f"{sign * n}.07",
            found_on=f"200{n}-01-01",
            ratio=n / 8,
            seen_at=f"200{n}-01-01T00:00:00Z",
            colour=COLOURS[n // 3],
            second_colour=COLOURS[n // 3],
        )
    walks: list[list[str]] = []
    for direction in ("", "-"):
        ids: list[str] = []
        keys: list[Any] = []
        query = {"sort": direction + sort, "limit": "1"}
        while query.get("cursor", "") is not None:
            page = (await museum.get("/specimens", params=query)).json()
            ids += [row["id"] for row in page["items"]]
            keys += [key(sort, row[sort]) for row in page["items"]]
            query = {"limit": "1", "cursor": page["next_cursor"]}
        assert keys == sorted(keys, reverse=bool(direction))
        walks.append(ids)
    assert len(set(walks[0])) == 4
    assert walks[0] == walks[1][::-1]
