"""Integers that are strings in JSON: their patterns, and the warning for those that are not."""

import re
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field as PydanticField
from pydantic import TypeAdapter, create_model
from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field, SQLModel

from routers import Int64String, PrecisionWarning, ReadRow, Resource
from routers.schemas.field_types import field_types
from tests.routers.schemas.test_field_types import create_specimen
from tests.support.specimens import specimens
from tests.support.tables import OwnedSpecimen

BOUND = 2**63
INTEGERS = st.integers(-BOUND, BOUND - 1) | st.integers(-1200, 1200)


def pattern_of(**bounds: Any) -> str:
    """Return the pattern of an Int64String with these bounds."""
    create: Any = create_model("Create", n=(Int64String, PydanticField(**bounds)))
    types = field_types(create.model_fields["n"], Column("n", BigInteger()))
    return str(TypeAdapter(types.body).json_schema()["pattern"])


@given(bounds=st.tuples(INTEGERS, INTEGERS).map(sorted), data=st.data())
def test_the_pattern_admits_exactly_the_integers_within_the_bounds(
    bounds: list[int], data: st.DataObject
) -> None:
    minimum, maximum = bounds
    pattern = pattern_of(ge=minimum, le=maximum)
    near = st.sampled_from([minimum, maximum, 0]).flatmap(lambda n: st.integers(n - 200, n + 200))
    number = data.draw(near | st.integers(minimum, maximum))
    assert bool(re.fullmatch(pattern, str(number))) is (minimum <= number <= maximum)
    assert not re.fullmatch(pattern, f"0{maximum}")


def test_the_pattern_of_a_multiple_admits_multiples_only() -> None:
    pattern = pattern_of(ge=-1000, multiple_of=250)
    assert re.fullmatch(pattern, "-750")
    assert re.fullmatch(pattern, "9223372036854775750")
    assert not re.fullmatch(pattern, "251")


async def test_large_integers_are_exact_in_bodies_filters_and_pages(museum: httpx.AsyncClient) -> None:
    numbers = [str(2**53 + 1), str(2**53), str(-(2**63)), str(2**63 - 1)]
    for number in numbers:
        await create_specimen(museum, serial=number)
    walked: list[str] = []
    query = {"sort": "serial", "limit": "1"}
    while query["cursor" if walked else "sort"]:
        page = (await museum.get("/specimens", params=query)).json()
        walked += [row["serial"] for row in page["items"]]
        query = {"cursor": page["next_cursor"], "limit": "1"}
    assert walked == sorted(numbers, key=int)
    found = await museum.get("/specimens", params={"serial_gte": numbers[1], "serial_lt": numbers[0]})
    assert [row["serial"] for row in found.json()["items"]] == [numbers[1]]


def test_an_int64_string_is_a_bigint_with_the_checks_of_its_bounds() -> None:
    assert {type(specimens.table.c[name].type) for name in ("serial", "barcode")} == {BigInteger}
    names = {str(constraint.name) for constraint in specimens.table.constraints}
    assert {"ck_specimen_barcode_ge", "ck_specimen_barcode_le"} <= names


def declare(number: int, annotation: Any, *, read_annotation: Any = None, **options: Any) -> Resource[Any]:
    members = {"__annotations__": {"n": annotation}, "n": Field(**options), "__module__": __name__}
    metaclass: Any = type(SQLModel)
    create: Any = metaclass("Create", (SQLModel,), dict(members))
    model: Any = metaclass(f"Counter{number}", (create, OwnedSpecimen), {"__module__": __name__}, table=True)
    shown = {"n": read_annotation} if read_annotation else {}
    read: Any = metaclass("Read", (create, ReadRow), {"__annotations__": shown, "__module__": __name__})
    return Resource(path="/counters", model=model, create=create, read=read)


@pytest.mark.parametrize(
    ("number", "options"), [(1, {}), (2, {"ge": 0}), (3, {"le": 2**53 - 1}), (4, {"ge": 0, "le": 2**53})]
)
def test_an_integer_that_clients_round_causes_a_warning(number: int, options: dict[str, Any]) -> None:
    with pytest.warns(PrecisionWarning, match=rf"^Counter{number}.n allows integers beyond 2\*\*53 - 1"):
        declare(number, int, sa_type=BigInteger, **options)


def test_integers_that_every_client_reads_cause_no_warning() -> None:
    declare(5, int, sa_type=BigInteger, gt=-(2**53), lt=2**53)
    declare(6, Int64String | None, default=None)


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        (7, {"ge": 2, "lt": 2}, "no number is within its bounds"),
        (8, {"ge": -(2**63) - 1}, "a bound is beyond the column's type"),
        (9, {"multiple_of": 7}, "multiple_of must divide 1, or be an integer that divides 10000"),
        (10, {"sa_type": Integer}, "an Int64String has 64 bits: use sa_type=BigInteger, or none at all"),
    ],
)
def test_an_int64_string_that_has_no_exact_pattern_or_column_is_rejected(
    number: int, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        declare(number, Int64String, **options)


def test_schemas_that_have_an_integer_as_a_string_and_as_a_number_are_rejected() -> None:
    with pytest.raises(TypeError, match="read and the table have different types for n"):
        declare(11, Int64String, read_annotation=int)
