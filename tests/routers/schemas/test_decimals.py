"""The patterns of decimals admit exactly the decimals within their bounds."""

import re
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from pydantic import Field, TypeAdapter
from pydantic.fields import FieldInfo
from sqlalchemy import Column, Numeric

from routers.schemas.field_types import field_types

CASES = [
    (3, 1, {}),
    (2, 2, {"gt": -0.5, "lt": Decimal("0.31")}),
    (3, 0, {"ge": -120, "le": 77}),
    (3, 0, {"multiple_of": 25}),
    (3, 1, {"ge": 10, "le": 20.5}),
    (3, 1, {"le": -1.5}),
    (3, 1, {"ge": 1.2, "lt": 1.5}),
    (3, 1, {"ge": 0.5, "le": 1.2}),
    (3, 2, {"gt": 0, "lt": 2, "multiple_of": 0.05}),
    (3, 2, {"ge": -9.5, "le": 3, "multiple_of": 0.25}),
    (4, 1, {"ge": -250, "le": 999, "multiple_of": 100}),
    (3, 1, {"ge": 0, "multiple_of": 2}),
]


def spellings(units: int, places: int) -> set[str]:
    """Return the decimals in a string with this value, with as many zeros at the end as possible or fewer."""
    whole, fraction = divmod(abs(units), 10**places)
    digits = f"{fraction:0{places}d}" if places else ""
    sign = "-" if units < 0 else ""
    ends = [digits[:count] for count in range(places + 1) if not digits[count:].strip("0")]
    return {f"{sign}{whole}" + (f".{end}" if end else "") for end in ends}


@pytest.mark.parametrize(("digits", "places", "bounds"), CASES)
def test_a_pattern_admits_exactly_the_decimals_within_the_bounds(
    digits: int, places: int, bounds: dict[str, Any]
) -> None:
    field = FieldInfo.from_annotated_attribute(Decimal, Field(**bounds))
    types = field_types(field, Column("x", Numeric(digits, places)))
    request = TypeAdapter(types.body).json_schema()
    response = TypeAdapter(types.response).json_schema(mode="serialization")
    for units in range(-(10**digits) + 1, 10**digits):
        value = Decimal(units).scaleb(-places)
        is_valid = (
            value >= Decimal(str(bounds.get("ge", value)))
            and value <= Decimal(str(bounds.get("le", value)))
            and ("gt" not in bounds or value > Decimal(str(bounds["gt"])))
            and ("lt" not in bounds or value < Decimal(str(bounds["lt"])))
            and value % Decimal(str(bounds.get("multiple_of", Decimal(1).scaleb(-places)))) == 0
        )
        for text, schema in product(spellings(units, places), (request, response)):
            is_complete = schema is request or len(text.partition(".")[2]) == places
            matches = re.fullmatch(schema["pattern"].removesuffix("$"), text) is not None
            assert matches == (is_valid and is_complete), (text, schema)
    assert re.search(request["pattern"], request["examples"][0])
