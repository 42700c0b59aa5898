"""Each type of column in request and response bodies: valid values, stored exactly, and invalid ones."""

import json
from typing import Any

import httpx
import pytest

from tests.support.gadgets import ROW_ID

BARCODE = "This must be an integer in a string with no sign, up to 19 digits, at most 1000000000000000."
INT64_STRING = (
    "This must be an integer in a string with an optional minus sign, up to 19 digits,"
    " at least -9223372036854775808, at most 9223372036854775807."
)
PRICE = (
    "This must be a decimal in a string with an optional minus sign,"
    " up to 6 digits and up to 2 places after the point."
)
FEE = (
    "This must be a decimal in a string with no sign, up to 4 digits and up to 2 places after the point,"
    " at least 0.05, at most 99.95, a multiple of 0.05."
)
CHANGE = (
    "This must be a decimal in a string with an optional minus sign,"
    " up to 4 digits and up to 1 places after the point, at least -12.5, at most 200.0."
)
TINY = "This must be a decimal in a string with no sign, the digit 0 and up to 12 places after the point."


async def create_specimen(museum: httpx.AsyncClient, **members: Any) -> httpx.Response:
    """Create a specimen; check that it is stored as the response says."""
    content = json.dumps({"name": "x", **members})
    response = await museum.post("/specimens", content=content, headers={"Content-Type": "application/json"})
    if response.status_code == 201:
        stored = await museum.get(response.headers["location"])
        assert stored.json() == response.json()
    return response


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("legs", 0, 0),
        ("legs", 1000, 1000),
        ("legs", 8.0, 8),
        ("count", 2**31 - 1, 2**31 - 1),
        ("count", -(2**31), -(2**31)),
        ("serial", str(2**63 - 1), str(2**63 - 1)),
        ("serial", str(-(2**63)), str(-(2**63))),
        ("serial", "-0", "0"),
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
        ("fee", "0.05", "0.05"),
        ("fee", "99.95", "99.95"),
        ("fee", "12.5", "12.50"),
        ("change", "-12.5", "-12.5"),
        ("change", "-0", "0.0"),
        ("change", "200.0", "200.0"),
        ("eggs", -24, -24),
        ("eggs", 12.0, 12),
        ("size", "very large", "very large"),
        ("grade", 3, 3),
        ("grade", 2.0, 2),
        ("level", -1, -1),
        ("level", 2.0, 2),
        ("extra", None, None),
        ("extra", {"a": [None]}, {"a": [None]}),
        ("found_on", "0001-01-01", "0001-01-01"),
        ("found_on", "2000-02-29", "2000-02-29"),
        ("found_on", "9999-12-31", "9999-12-31"),
        ("lost_on", None, None),
        ("seen_at", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("seen_at", "0001-01-01t00:00:00z", "0001-01-01T00:00:00Z"),
        ("seen_at", "0002-01-01T00:00:00+23:59", "0001-12-31T00:01:00Z"),
        ("seen_at", "9998-12-31T23:59:59.999999-23:59", "9999-01-01T23:58:59.999999Z"),
        ("seen_at", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z"),
        ("seen_at", "2026-01-31T12:00:00.1234567+02:00", "2026-01-31T10:00:00.123456Z"),
        ("seen_at", None, None),
        ("tag", ROW_ID, ROW_ID),
        ("tag", "0123ABCD-0000-4000-8000-abcdefABCDEF", "0123abcd-0000-4000-8000-abcdefabcdef"),
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
async def test_a_valid_value_is_stored_exactly(
    museum: httpx.AsyncClient, member: str, value: object, expected: object
) -> None:
    response = await create_specimen(museum, **{member: value})
    assert response.status_code == 201, response.text
    assert response.json()[member] == expected
    patched = await museum.patch(response.headers["location"], json={member: value})
    assert patched.json()[member] == expected


@pytest.mark.parametrize(
    ("member", "value", "detail"),
    [
        ("legs", -1, "Input should be greater than or equal to 0."),
        ("legs", 1001, "Input should be less than or equal to 1000."),
        ("legs", 1.5, "This must be an integer."),
        ("legs", True, "This must be an integer."),
        ("legs", "1", "This must be an integer."),
        ("legs", None, "This must be an integer."),
        ("count", 2**31, "Input should be less than or equal to 2147483647."),
        ("serial", str(2**63), INT64_STRING),
        ("serial", str(-(2**63) - 1), INT64_STRING),
        ("serial", 1, INT64_STRING),
        ("barcode", "-1", BARCODE),
        ("barcode", "1000000000000001", BARCODE),
        ("rank", -(2**15) - 1, "Input should be greater than or equal to -32768."),
        ("weight", True, "This must be a number."),
        ("weight", "1", "This must be a number."),
        pytest.param("weight", 10**400, "This must be a number within double precision.", id="10**400"),
        ("ratio", 0, "Input should be greater than 0."),
        ("ratio", 1, "Input should be less than 1."),
        ("price", 12.5, PRICE),
        ("price", "1e2", PRICE),
        ("price", "0.123", PRICE),
        ("price", "01.00", PRICE),
        ("price", "1000000", PRICE),
        ("price", "NaN", PRICE),
        ("tiny", "-0.1", TINY),
        ("tiny", "1", TINY),
        ("fee", "0.04", FEE),
        ("fee", "0", FEE),
        ("fee", "-0.05", FEE),
        ("fee", "100", FEE),
        ("change", "-12.6", CHANGE),
        ("change", "200.1", CHANGE),
        ("eggs", 13, "Input should be a multiple of 12."),
        ("eggs", -36, "Input should be greater than or equal to -30."),
        ("size", "large", "Input should be 'small' or 'very large'."),
        ("grade", 4, "Input should be 1, 2 or 3."),
        ("grade", True, "This must be an integer."),
        ("grade", "1", "This must be an integer."),
        ("level", 1, "Input should be -1 or 2."),
        ("level", "LOW", "This must be an integer."),
        ("extra", [], "This must be a JSON object."),
        ("found_on", "2026-02-29", "This must be a date like 2026-01-31."),
        ("found_on", "20260101", "This must be a date like 2026-01-31."),
        ("found_on", "2026-01-01\n", "This must be a date like 2026-01-31."),
        ("found_on", 0, "This must be a date like 2026-01-31."),
        (
            "seen_at",
            "2026-01-31T12:00:00",
            "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z.",
        ),
        (
            "seen_at",
            "9999-12-31T00:00:00-00:01",
            "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z.",
        ),
        ("seen_at", 1, "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z."),
        ("tag", ROW_ID.replace("-", ""), "This must be a UUID in hexadecimal with hyphens."),
        ("colour", "RED", "Input should be 'red' or 'pale-blue'."),
        ("colour", None, "Input should be 'red' or 'pale-blue'."),
        ("colour", 1, "Input should be 'red' or 'pale-blue'."),
        ("details", [], "This must be a JSON object."),
        ("details", None, "This must be a JSON object."),
        ("details", {"a\0": 1}, "This must contain no NUL and no lone surrogates."),
        ("details", {"a": ["\ud800"]}, "This must contain no NUL and no lone surrogates."),
        ("details", {"a": 1e19}, "This must contain no number beyond 64 bits."),
        ("remarks", {}, "This must be a JSON array."),
        ("remarks", ["a"] * 11, "List should have at most 10 items after validation, not 11."),
        ("anything", {}, "This must be a JSON array."),
    ],
)
async def test_an_invalid_value_is_rejected_with_the_pointer_and_the_reason(
    museum: httpx.AsyncClient, member: str, value: object, detail: str
) -> None:
    response = await create_specimen(museum, **{member: value})
    assert response.status_code == 422, response.text
    assert response.json()["errors"] == [{"pointer": f"/{member}", "detail": detail}]
