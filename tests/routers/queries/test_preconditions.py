"""`If-Match` and `If-None-Match` follow RFC 9110 section 13."""

import asyncio

import httpx
import pytest

from tests.support.gadgets import OTHER_ID, ROW_ID

PATH = f"/gadgets/{ROW_ID}"

MATCHING = ["*", " * ", "*\t", '"a,b", "2"', '"2"', '"1", "2"', '"1","2"', '  "2"  ', 'W/"1", "2"', 'x, "2"']
NOT_MATCHING = [
    '"1"',
    'W/"2"',
    "2",
    '"02"',
    '"2',
    '""',
    "",
    "**",
    '"x"',
    '"99999999999999999999"',
    "*, *",
    '"-2"',
    '"x,"2",y"',
    'x"2"',
]


@pytest.fixture
async def version_2(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return a client whose row has version 2."""
    await client.put(PATH, json={"name": "first"})
    await client.put(PATH, json={"name": "second"})
    return client


CHANGES = [
    ("PUT", "", {"name": "new"}),
    ("PATCH", "", {"name": "new"}),
    ("PATCH", "", {}),
    ("DELETE", "", None),
    ("POST", "/flip", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", MATCHING)
async def test_a_write_succeeds_if_if_match_matches(
    version_2: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await version_2.request(method, PATH + path, json=body, headers={"If-Match": tags})
    assert response.is_success


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", NOT_MATCHING)
async def test_a_write_fails_if_if_match_does_not_match(
    version_2: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await version_2.request(method, PATH + path, json=body, headers={"If-Match": tags})
    assert response.status_code == 412
    assert (await version_2.get(PATH)).json()["version"] == 2


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", ["*", "* ", "*\t", '"2"', 'W/"2"', '"1", "2"'])
async def test_a_write_fails_if_if_none_match_matches(
    version_2: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await version_2.request(method, PATH + path, json=body, headers={"If-None-Match": tags})
    assert response.status_code == 412
    assert (await version_2.get(PATH)).json()["version"] == 2


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", ['"1"', "x", 'W/"1"'])
async def test_a_write_succeeds_if_if_none_match_does_not_match(
    version_2: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    headers = {"If-None-Match": tags, "If-Match": '"2"'}
    assert (await version_2.request(method, PATH + path, json=body, headers=headers)).is_success


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": "*"}, 412),
        ({"If-Match": '"1"'}, 412),
        ({"If-None-Match": "*"}, 201),
        ({"If-None-Match": '"1"'}, 201),
        ({"If-Match": "*", "If-None-Match": "*"}, 412),
    ],
)
async def test_put_creates_a_row_only_if_the_preconditions_are_met(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await client.put(PATH, json={"name": "new"}, headers=headers)).status_code == status
    assert (await client.get(PATH)).status_code == (200 if status == 201 else 404)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"2"'}, 304),
        ({"If-None-Match": 'W/"2"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"1"'}, 200),
        ({"If-None-Match": "2"}, 200),
        ({"If-Match": '"2"'}, 200),
        ({"If-Match": '"1"'}, 412),
        ({"If-Match": '"1"', "If-None-Match": '"2"'}, 412),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_read_returns_the_row_only_if_the_preconditions_are_met(
    version_2: httpx.AsyncClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = await version_2.request(method, PATH, headers=headers)
    assert response.status_code == status
    if status < 400:
        assert response.headers["etag"] == '"2"'
    if status == 304:
        assert response.content == b""


async def test_repeated_headers_are_one_list(version_2: httpx.AsyncClient) -> None:
    lines = [("If-Match", '"1"'), ("If-Match", '"2"')]
    response = await version_2.post(f"{PATH}/flip", headers=[*lines, ("Owner", "ann")])
    assert response.status_code == 200


async def test_other_errors_take_precedence_over_preconditions(
    version_2: httpx.AsyncClient,
) -> None:
    stale = {"If-Match": '"1"'}
    assert (await version_2.patch(PATH, json={"x": 1}, headers=stale)).status_code == 422
    assert (await version_2.patch(f"/gadgets/{OTHER_ID}", json={}, headers=stale)).status_code == 404


async def test_one_of_twenty_conditional_updates_succeeds(version_2: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(
        *(version_2.post(f"{PATH}/flip", headers={"If-Match": '"2"'}) for _ in range(20))
    )
    assert sorted(response.status_code for response in responses) == [200] + [412] * 19
    assert (await version_2.get(PATH)).json()["version"] == 3


async def test_if_match_with_an_asterisk_never_fails_with_412_on_an_update(
    client: httpx.AsyncClient,
) -> None:
    """The row exists or not while it is created and deleted; 412 would mean a version."""

    async def create_and_delete() -> None:
        for _ in range(40):
            await client.put(PATH, json={"name": "new"})
            await client.delete(PATH)

    async def flip() -> list[int]:
        return [(await client.post(f"{PATH}/flip", headers={"If-Match": "*"})).status_code for _ in range(80)]

    _, *results = await asyncio.gather(create_and_delete(), flip(), flip())
    assert {status for statuses in results for status in statuses} <= {200, 404}


async def test_one_of_twenty_conditional_creations_succeeds(client: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(
        *(client.put(PATH, json={"name": "new"}, headers={"If-None-Match": "*"}) for _ in range(20))
    )
    assert sorted(response.status_code for response in responses) == [201] + [412] * 19


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
async def test_a_precondition_that_is_longer_than_documented_is_rejected(
    version_2: httpx.AsyncClient, name: str
) -> None:
    tags = '"2",' * 2048
    response = await version_2.put(PATH, json={"name": "x"}, headers={name: tags})
    assert response.status_code == (200 if name == "If-Match" else 412)
    response = await version_2.put(PATH, json={"name": "x"}, headers={name: tags + " x"})
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"parameter": name, "detail": "This must have at most 8192 characters."}
    ]
