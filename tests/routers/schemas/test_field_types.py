"""Each type of column: what a body, a query and an answer may hold, and that it comes back."""

import json
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

import httpx
import pytest
from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import CHAR, REAL, Column, Date, DateTime, Float, Integer, Numeric, String

from routers.schemas.field_types import UnsupportedTypeError, field_types

ID = "00000000-0000-4000-8000-000000000001"


async def stored(museum: httpx.AsyncClient, **members: Any) -> httpx.Response:
    content = json.dumps({"name": "x", **members})
    response = await museum.post("/specimens", content=content, headers={"Content-Type": "application/json"})
    if response.status_code == 201:
        read = await museum.get(response.headers["location"])
        assert read.json() == response.json()
    return response


@pytest.mark.parametrize(
    ("member", "value", "answered"),
    [
        ("legs", 0, 0),
        ("legs", 1000, 1000),
        ("legs", 8.0, 8),
        ("count", 2**31 - 1, 2**31 - 1),
        ("count", -(2**31), -(2**31)),
        ("serial", 2**63 - 1, 2**63 - 1),
        ("serial", -(2**63), -(2**63)),
        ("rank", 2**15 - 1, 2**15 - 1),
        ("weight", 1, 1.0),
        ("weight", 1.7976931348623157e308, 1.7976931348623157e308),
        ("weight", -5e-324, -5e-324),
        ("weight", 0.1 + 0.2, 0.30000000000000004),
        ("ratio", None, None),
        ("ratio", 0.5, 0.5),
        ("price", "12.5", "12.50"),
        ("price", "-999999.99", "-999999.99"),
        ("price", "0", "0.00"),
        ("tiny", "0.000000000001", "0.000000000001"),
        ("tiny", "0", "0.000000000000"),
        ("found_on", "1000-01-01", "1000-01-01"),
        ("found_on", "2000-02-29", "2000-02-29"),
        ("found_on", "2999-12-31", "2999-12-31"),
        ("lost_on", None, None),
        ("seen_at", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("seen_at", "1000-01-01T00:00:00+23:59", "0999-12-31T00:01:00Z"),
        ("seen_at", "2999-12-31T23:59:59.999999-23:59", "3000-01-01T23:58:59.999999Z"),
        ("seen_at", None, None),
        ("tag", ID, ID),
        ("colour", "pale-blue", "pale-blue"),
        ("second_colour", None, None),
        ("details", {}, {}),
        (
            "details",
            {"a": [1, 2.5, None, True, {"ä": "\U0001f600"}]},
            {"a": [1, 2.5, None, True, {"ä": "\U0001f600"}]},
        ),
        ("details", {"big": 2**63 - 1, "small": 5e-324}, {"big": 2**63 - 1, "small": 5e-324}),
        ("remarks", ["a", ""], ["a", ""]),
        ("anything", None, None),
        ("anything", [[[]], "null", None], [[[]], "null", None]),
    ],
)
async def test_what_is_taken_comes_back(
    museum: httpx.AsyncClient, member: str, value: object, answered: object
) -> None:
    response = await stored(museum, **{member: value})
    assert response.status_code == 201, response.text
    assert response.json()[member] == answered
    patched = await museum.patch(response.headers["location"], json={member: value})
    assert patched.json()[member] == answered


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("legs", -1, "Input should be greater than or equal to 0."),
        ("legs", 1001, "Input should be less than or equal to 1000."),
        ("legs", 1.5, "This must be an integer."),
        ("legs", True, "This must be an integer."),
        ("legs", "1", "This must be an integer."),
        ("legs", None, "This must be an integer."),
        ("count", 2**31, "Input should be less than or equal to 2147483647."),
        ("serial", 2**63, "Input should be less than 9223372036854775808."),
        ("serial", 1e300, "Input should be less than 9223372036854775808."),
        ("rank", -(2**15) - 1, "Input should be greater than or equal to -32768."),
        ("weight", True, "This must be a number."),
        ("weight", "1", "This must be a number."),
        ("weight", 10**400, "This must be a number that double precision holds."),
        ("ratio", 0, "Input should be greater than 0."),
        ("ratio", 1, "Input should be less than 1."),
        ("price", 12.5, "This must be a decimal in a string, with up to 2 places."),
        ("price", "1e2", "This must be a decimal in a string, with up to 2 places."),
        ("price", "0.123", "This must be a decimal in a string, with up to 2 places."),
        ("price", "01.00", "This must be a decimal in a string, with up to 2 places."),
        ("price", "1000000", "This must be a decimal in a string, with up to 2 places."),
        ("price", "NaN", "This must be a decimal in a string, with up to 2 places."),
        ("tiny", "-0.1", "This must be a decimal in a string, with up to 12 places."),
        ("tiny", "1", "This must be a decimal in a string, with up to 12 places."),
        ("found_on", "2026-02-29", "This must be a date like 2026-01-31."),
        ("found_on", "20260101", "This must be a date like 2026-01-31."),
        ("found_on", "2026-01-01\n", "This must be a date like 2026-01-31."),
        ("found_on", 0, "This must be a date like 2026-01-31."),
        (
            "seen_at",
            "2026-01-31T12:00:00",
            "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z.",
        ),
        ("seen_at", 1, "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z."),
        ("tag", ID.replace("-", ""), "This must be a UUID in lower-case hexadecimal with hyphens."),
        ("colour", "RED", "Input should be 'red' or 'pale-blue'."),
        ("colour", None, "Input should be 'red' or 'pale-blue'."),
        ("colour", 1, "Input should be 'red' or 'pale-blue'."),
        ("details", [], "This must be a JSON object."),
        ("details", None, "This must be a JSON object."),
        ("details", {"a\0": 1}, "This must hold no NUL and no lone surrogates."),
        ("details", {"a": ["\ud800"]}, "This must hold no NUL and no lone surrogates."),
        ("details", {"a": 1e19}, "This must hold no number beyond 64 bits."),
        ("remarks", {}, "This must be a JSON array."),
        ("remarks", ["a"] * 11, "List should have at most 10 items after validation, not 11."),
        ("anything", {}, "This must be a JSON array."),
    ],
)
async def test_what_cannot_be_kept_is_refused_in_a_sentence(
    museum: httpx.AsyncClient, member: str, value: object, sentence: str
) -> None:
    response = await stored(museum, **{member: value})
    assert response.status_code == 422, response.text
    assert response.json()["errors"] == [{"pointer": f"/{member}", "detail": sentence}]


class Number(IntEnum):
    """A choice of numbers."""

    ONE = 1


@pytest.mark.parametrize(
    ("annotation", "rules", "kind", "sentence"),
    [
        (
            complex,
            {},
            String(),
            "the type complex has no exact form; use one of Decimal, Enum, UUID, bool, date",
        ),
        (str | bool, {}, String(), "the type str | bool has no exact form"),
        (list[complex], {}, String(), "the type list[complex] has no exact form"),
        (dict[int, str], {}, String(), "the type dict[int, str] has no exact form"),
        (float, {}, REAL(), "a float is kept in double precision"),
        (float, {}, Float(10), "a float is kept in double precision"),
        (float, {}, Numeric(8, 2), "a float is kept in double precision"),
        (str, {}, CHAR(5), "a CHAR is filled up with spaces"),
        (
            str,
            {"pattern": r"^\d+$"},
            String(),
            r"the pattern ^\d+$ is not read alike by all: write classes as ranges",
        ),
        (date, {"ge": date(2020, 1, 1)}, Date(), "the document cannot say bounds of dates and times"),
        (datetime, {}, DateTime(), "a timestamp has a time zone: leave sa_type out"),
        (Decimal, {}, Numeric(2, 4), "max_digits includes the decimal_places: make it larger"),
        (int, {"ge": -(2**31) - 1}, Integer(), "the bound -2147483649 is beyond what the column holds"),
        (int, {"le": 2**31}, Integer(), "the bound 2147483648 is beyond what the column holds"),
        (Decimal, {}, Numeric(), "a Decimal needs its size: set max_digits and decimal_places"),
        (Decimal, {"le": 5}, Numeric(3, 1), "a Decimal is a string with a pattern, which can say ge=0"),
        (Number, {}, String(), "the values of Number are not all strings; make it a StrEnum"),
    ],
)
def test_a_type_without_an_exact_form_is_refused(
    annotation: Any, rules: dict[str, Any], kind: Any, sentence: str
) -> None:
    field = FieldInfo.from_annotated_attribute(annotation, Field(**rules))
    with pytest.raises(UnsupportedTypeError) as refusal:
        field_types(field, Column("x", kind))
    assert sentence in str(refusal.value)
