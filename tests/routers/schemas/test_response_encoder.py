"""msgspec writes the bytes that Pydantic writes, for every type that a column can have."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.routers.schemas.entries import COUNT, LARGE_SIZE, NULLABLE_VALUES, TEXT, VALUES, entries


def row_of(**values: Any) -> dict[str, Any]:
    """Return the values of a complete row, with null in the columns that are not given."""
    columns = dict.fromkeys(entries.response_schema.model_fields)
    time = datetime(2026, 1, 1, tzinfo=UTC)
    return {**columns, "id": uuid4(), "created_at": time, "updated_at": time, "version": 1, **values}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        *(pytest.param(column, values, id=column) for column, values in VALUES.items()),
        *(pytest.param(column, st.none(), id=f"{column} null") for column in VALUES),
    ],
)
@given(data=st.data())
@settings(deadline=None)
def test_msgspec_writes_a_row_as_pydantic_does(
    column: str, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    row = row_of(**{column: data.draw(values)})
    model = entries.response_schema.model_construct(**row)
    encoder = entries.encoder
    assert encoder.row(encoder.make_row(tuple(row.values()))) == model.model_dump_json().encode()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("size", LARGE_SIZE, id="a number from 1e16"),
        pytest.param("sizes", LARGE_SIZE.map(lambda size: [size]), id="a number from 1e16 in a list"),
        # PostgreSQL's jsonb returns these for 1e16, and for integers that a custom route stores.
        pytest.param("sizes", COUNT.map(lambda count: [count % 2**53]), id="an integer in a list of numbers"),
        pytest.param("remarks", LARGE_SIZE.map(lambda size: [size]), id="a number from 1e16 in JSON"),
    ],
)
@given(data=st.data())
def test_msgspec_writes_the_numbers_that_pydantic_writes_if_in_another_format(
    column: str, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    row = row_of(**{column: data.draw(values)})
    model = entries.response_schema.model_construct(**row)
    encoder = entries.encoder
    assert json.loads(encoder.row(encoder.make_row(tuple(row.values())))) == json.loads(
        model.model_dump_json()
    )


def test_a_model_is_encoded_like_a_row_with_its_values() -> None:
    row = row_of(size=1e16, sizes=[1])
    encoder = entries.encoder
    model = entries.response_schema.model_construct(**row)
    assert encoder.row(model) == encoder.row(encoder.make_row(tuple(row.values())))


@given(rows=st.lists(st.fixed_dictionaries(NULLABLE_VALUES), max_size=3), cursor=st.none() | TEXT)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_msgspec_writes_a_page_as_pydantic_does(rows: list[dict[str, Any]], cursor: str | None) -> None:
    complete = [row_of(**row) for row in rows]
    models = [entries.response_schema.model_construct(**row) for row in complete]
    page = entries.page_schema.model_construct(items=models, next_cursor=cursor)
    encoder = entries.encoder
    items = [encoder.make_row(tuple(row.values())) for row in complete]
    assert encoder.page(items, cursor) == page.model_dump_json().encode()
