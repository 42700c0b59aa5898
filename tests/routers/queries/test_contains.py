"""The filter by the items of a list."""

import httpx
import pytest

from routers import Contains, ResourceAPI
from tests.routers.queries.documents import documents
from tests.routers.resource.rejection import SPECIMEN, rejection
from tests.support.sql import run_sql

TAGS = {"first": ["a", "b"], "second": ["b", "c"], "third": [], "fourth": ["%", "'"]}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("tag=b", {"first", "second"}),
        ("tag=b&tag=a", {"first"}),
        ("tag=a&tag=c", set()),
        ("tag=%25", {"fourth"}),
        ("tag=%27", {"fourth"}),
        ("sizes=1.50", {"first"}),
        ("sizes=1.5&tag=c", set()),
    ],
)
async def test_a_list_contains_all_values_of_the_parameter(
    editor: httpx.AsyncClient, query: str, titles: set[str]
) -> None:
    for title, tags in TAGS.items():
        await editor.post("/documents", json={"title": title, "tags": tags})
    await editor.post("/documents", json={"title": "foreign", "tags": ["b"]}, headers={"Owner": "bob"})
    for row in (await editor.get("/documents?tag=a")).json()["items"]:
        await editor.patch(f"/documents/{row['id']}", json={"sizes": [1.5, 2]})
    response = await editor.get(f"/documents?{query}")
    assert {row["title"] for row in response.json()["items"]} == titles


@pytest.mark.parametrize("query", ["tag=", "tag=longer", "sizes=x", "sizes=0.5", "tags=a"])
async def test_a_value_that_no_item_can_have_is_rejected(unchecked: httpx.AsyncClient, query: str) -> None:
    assert (await unchecked.get(f"/documents?{query}")).status_code == 422


def test_the_parameter_is_documented_with_the_bounds_of_an_item(document_api: ResourceAPI) -> None:
    parameters = document_api.openapi()["paths"]["/documents"]["get"]["parameters"]
    (schema,) = [each["schema"] for each in parameters if each["name"] == "tag"]
    assert (schema["type"], schema["items"]["minLength"], schema["items"]["maxLength"]) == ("array", 1, 5)


def test_a_gin_index_serves_the_filter(document_api: ResourceAPI, gadget_url: str) -> None:
    (parameter,) = Contains("tags").parameters(documents.columns, documents.read.model_fields)
    assert " @> " in str(parameter.condition)
    run_sql(gadget_url, "TRUNCATE document")
    plan = run_sql(
        gadget_url,
        """SET enable_seqscan = off; EXPLAIN SELECT 1 FROM document WHERE tags @> '["a"]'""",
    )
    assert "ix_document_tags" in str(plan)


@pytest.mark.parametrize("column", ["anything", "measures", "name"])
def test_a_filter_needs_a_list_of_one_type(column: str) -> None:
    message = f"{column} is no list of one type: declare it as list[str]."
    assert rejection(**SPECIMEN, filters=(Contains(column),)) == message
