"""PATCH merges objects into JSON columns (RFC 7396), in one statement."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routers import ResourceAPI
from tests.support.gadgets import ROW_ID
from tests.support.wire import Wire

ROW = f"/documents/{ROW_ID}"


async def patched(client: httpx.AsyncClient, stored: Any, patch: Any) -> Any:
    """Return the JSON object that results from a patch."""
    put = await client.put(ROW, json={"extra": stored})
    assert put.is_success, put.text
    response = await client.patch(ROW, json={"extra": patch})
    assert response.status_code == 200, response.text
    return response.json()["extra"]


def merge(target: Any, patch: Any) -> Any:
    """Apply a merge patch as the pseudocode of RFC 7396 section 2 does."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
async def test_the_examples_of_rfc_7396_give_their_results(
    editor: httpx.AsyncClient, target: Any, patch: Any, result: Any
) -> None:
    assert await patched(editor, {"value": target, "other": 1}, {"value": patch}) == {
        "value": result,
        "other": 1,
    }
    if isinstance(target, dict) and isinstance(patch, dict):
        assert await patched(editor, target, patch) == result


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": 1, "b": {"x": 1, "y": 2}}, {"b": {"x": None}, "c": 3}, {"a": 1, "b": {"y": 2}, "c": 3}),
        ({"a": 1}, {}, {"a": 1}),
        (None, {}, {}),
        (None, {"a": {"b": None}}, {"a": {}}),
        ({"a": 1}, None, None),
        ({"a": None}, {"a": {}}, {"a": {}}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": 1}, {"b": [None, {"c": None}]}, {"a": 1, "b": [None, {"c": None}]}),
        ({"a": [1]}, {"a": {"0": {"b": 1}}}, {"a": {"0": {"b": 1}}}),
    ],
)
async def test_a_patch_merges_objects_and_replaces_other_values(
    editor: httpx.AsyncClient, target: Any, patch: Any, result: Any
) -> None:
    assert await patched(editor, target, patch) == result


NAME = st.sampled_from(["a", "b", "", "0", "a.b", "$.*", "{}", 'é"\\\n', "\U0001f600", "%s"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([0.1, 1e-7, "", "x'", "}\\"]),
    lambda value: st.lists(value, max_size=2) | st.dictionaries(NAME, value, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=st.dictionaries(NAME, JSON, max_size=4), patch=st.dictionaries(NAME, JSON, max_size=4))
async def test_any_patch_gives_the_result_of_the_rfc(
    unchecked: httpx.AsyncClient, target: dict[str, Any], patch: dict[str, Any]
) -> None:
    assert await patched(unchecked, target, patch) == merge(target, patch)


def nested(depth: int, innermost: Any) -> Any:
    for _ in range(depth):
        innermost = {"a": innermost}
    return innermost


@pytest.mark.parametrize(
    ("target", "patch"),
    [
        pytest.param(nested(97, {"x": 1}), nested(97, {"y": [1]}), id="the deepest object"),
        pytest.param(
            {str(key): {"x": "x"} for key in range(3000)},
            {str(key): {} for key in range(1, 6000)},
            id="an object with thousands of objects",
        ),
        pytest.param(
            {"k" * 20_000: {}},
            {"k" * 20_000: {str(key): {} for key in range(3500)}},
            id="thousands of objects below a long name",
        ),
    ],
)
async def test_large_and_deep_objects_are_merged_within_the_deadline_of_a_statement(
    unchecked: httpx.AsyncClient, target: Any, patch: Any
) -> None:
    assert await patched(unchecked, target, patch) == merge(target, patch)


async def test_a_merge_is_one_statement_whose_text_does_not_depend_on_the_patch(
    editor: httpx.AsyncClient, wire: Wire
) -> None:
    await editor.put(ROW, json={"extra": {"a": 1}})
    wire.reset()
    patches: list[dict[str, Any]] = [{"b": 2}, {"c": {"d": {}}, "a": None}]
    for patch in patches:
        await editor.patch(ROW, json={"extra": patch})
    first, second = wire.statements
    assert (wire.trips, first) == (2, second)


async def test_a_merge_increments_the_version_and_honours_if_match(editor: httpx.AsyncClient) -> None:
    await editor.delete(ROW)
    await editor.put(ROW, json={"extra": {"a": 1}})
    unchanged = await editor.patch(ROW, json={})
    merged = await editor.patch(ROW, json={"extra": {"b": 1}}, headers={"If-Match": '"1"'})
    stale = await editor.patch(ROW, json={"extra": {"c": 1}}, headers={"If-Match": '"1"'})
    empty = await editor.patch(ROW, json={"extra": {}})
    versions = [each.json()["version"] for each in (unchanged, merged, empty)]
    assert (versions, stale.status_code) == ([1, 2, 3], 412)
    assert (await editor.get(ROW)).json()["extra"] == {"a": 1, "b": 1}


@pytest.mark.parametrize("operation", ["PATCH", "merge"])
async def test_concurrent_merges_lose_no_member(unchecked: httpx.AsyncClient, operation: str) -> None:
    names = [str(number) for number in range(20)]
    await unchecked.delete(ROW)
    await unchecked.put(ROW, json={"extra": {"a": {}}})
    patches: list[dict[str, Any]] = [{"a": {name: name}, name: name} for name in names]
    requests = (
        unchecked.patch(ROW, json={"extra": patch})
        if operation == "PATCH"
        else unchecked.post(f"{ROW}/merge", json=patch)
        for patch in patches
    )
    assert {response.status_code for response in await asyncio.gather(*requests)} == {200}
    members = {name: name for name in names}
    row = (await unchecked.get(ROW)).json()
    assert (row["version"], row["extra"]) == (21, {"a": members, **members})


async def test_a_computed_column_sees_the_merged_object(editor: httpx.AsyncClient) -> None:
    await editor.put(ROW, json={"extra": {"b": "stored"}})
    response = await editor.patch(ROW, json={"extra": {"a": 1}})
    assert response.json()["keys"] == "stored"


async def test_an_array_is_replaced_as_a_whole(editor: httpx.AsyncClient) -> None:
    await editor.put(ROW, json={"tags": ["a", "b"]})
    assert (await editor.patch(ROW, json={"tags": ["c"]})).json()["tags"] == ["c"]


async def test_null_removes_a_member_of_an_object_of_one_type(editor: httpx.AsyncClient) -> None:
    await editor.put(ROW, json={"counts": {"a": 1, "b": 2}})
    response = await editor.patch(ROW, json={"counts": {"a": None, "c": 3}})
    assert response.json()["counts"] == {"b": 2, "c": 3}
    assert (await editor.put(ROW, json={"counts": {"a": None}})).status_code == 422


@pytest.mark.parametrize("counts", [{"a": -1}, {"a": 100}, {"a": "1"}, {"a": 1.5}, {"d": 1, "e": 2}])
async def test_a_patch_whose_result_is_out_of_bounds_is_rejected(
    unchecked: httpx.AsyncClient, counts: dict[str, Any]
) -> None:
    await unchecked.put(ROW, json={"counts": {"x": 1, "y": 2}})
    assert (await unchecked.patch(ROW, json={"counts": counts})).status_code == 422
    assert (await unchecked.get(ROW)).json()["counts"] == {"x": 1, "y": 2}


async def test_an_object_with_too_many_members_after_a_merge_is_rejected_with_its_pointer(
    editor: httpx.AsyncClient,
) -> None:
    await editor.put(ROW, json={"counts": {"x": 1, "y": 2}})
    response = await editor.patch(ROW, json={"title": "x", "counts": {"d": 1, "e": 2}})
    detail = "The value of `counts` is not allowed."
    assert response.json()["errors"] == [{"pointer": "/counts", "detail": detail}]


async def test_a_custom_route_can_replace_an_object_or_merge_into_it(editor: httpx.AsyncClient) -> None:
    await editor.put(ROW, json={"title": "ABC", "extra": {"a": 1}})
    merged = (await editor.post(f"{ROW}/merge", json={"b": {"c": None}})).json()
    assert (merged["title"], merged["extra"]) == ("abc", {"a": 1, "b": {}})
    assert (await editor.post(f"{ROW}/replace", json={"d": None})).json()["extra"] == {"d": None}


async def test_the_patch_schema_documents_that_null_removes_members(document_api: ResourceAPI) -> None:
    schema = document_api.openapi()["components"]["schemas"]["DocumentUpdate"]
    assert schema["description"].startswith("The members to change. In JSON objects, null removes a member.")
    values = schema["properties"]["counts"]["additionalProperties"]
    assert [each["type"] for each in values["anyOf"]] == ["integer", "null"]


async def test_patch_responses_name_the_media_types_of_patches(editor: httpx.AsyncClient) -> None:
    await editor.put(ROW, json={})
    done = await editor.patch(ROW, json={"title": "x"})
    refused = {
        method: await editor.request(method, ROW, content="x", headers={"Content-Type": "text/plain"})
        for method in ("PATCH", "PUT")
    }
    media_types = "application/merge-patch+json, application/json"
    assert done.headers["Accept-Patch"] == refused["PATCH"].headers["Accept-Patch"] == media_types
    assert refused["PATCH"].status_code == 415
    assert "Accept-Patch" not in refused["PUT"].headers
