"""If-Match and If-None-Match, as RFC 9110 section 13 has them."""

import asyncio

import httpx
import pytest

from tests.routers.queries.test_statements import ID

PATH = f"/gadgets/{ID}"

HOLDS = ["*", " * ", "*\t", '"a,b", "2"', '"2"', '"1", "2"', '"1","2"', '  "2"  ', 'W/"1", "2"', 'x, "2"']
FAILS = [
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
async def second(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client whose row is in version 2."""
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
@pytest.mark.parametrize("tags", HOLDS)
async def test_a_change_is_made_where_if_match_holds(
    second: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await second.request(method, PATH + path, json=body, headers={"If-Match": tags})
    assert response.is_success


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", FAILS)
async def test_nothing_is_changed_where_if_match_fails(
    second: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await second.request(method, PATH + path, json=body, headers={"If-Match": tags})
    assert response.status_code == 412
    assert (await second.get(PATH)).json()["version"] == 2


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", ["*", "* ", "*\t", '"2"', 'W/"2"', '"1", "2"'])
async def test_nothing_is_changed_where_if_none_match_fails(
    second: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    response = await second.request(method, PATH + path, json=body, headers={"If-None-Match": tags})
    assert response.status_code == 412
    assert (await second.get(PATH)).json()["version"] == 2


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("tags", ['"1"', "x", 'W/"1"'])
async def test_a_change_is_made_where_if_none_match_holds(
    second: httpx.AsyncClient, method: str, path: str, body: object, tags: str
) -> None:
    headers = {"If-None-Match": tags, "If-Match": '"2"'}
    assert (await second.request(method, PATH + path, json=body, headers=headers)).is_success


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
async def test_put_of_a_new_row_asks_whether_it_exists(
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
async def test_a_read_answers_what_the_caller_does_not_know_yet(
    second: httpx.AsyncClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = await second.request(method, PATH, headers=headers)
    assert response.status_code == status
    if status < 400:
        assert response.headers["etag"] == '"2"'
    if status == 304:
        assert response.content == b""


async def test_several_header_lines_are_one_list(second: httpx.AsyncClient) -> None:
    lines = [("If-Match", '"1"'), ("If-Match", '"2"')]
    response = await second.post(f"{PATH}/flip", headers=[*lines, ("Owner", "ann")])
    assert response.status_code == 200


async def test_a_condition_counts_only_where_the_answer_would_be_a_success(
    second: httpx.AsyncClient,
) -> None:
    stale = {"If-Match": '"1"'}
    assert (await second.patch(PATH, json={"x": 1}, headers=stale)).status_code == 422
    assert (await second.patch(PATH.replace("1", "2"), json={}, headers=stale)).status_code == 404


async def test_of_twenty_conditional_changes_one_is_made(second: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(second.post(f"{PATH}/flip", headers={"If-Match": '"2"'}) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    assert (await second.get(PATH)).json()["version"] == 3


async def test_any_state_will_do_means_that_the_row_alone_matters(client: httpx.AsyncClient) -> None:
    """While a row comes and goes, `If-Match: *` finds it or does not: 412 would tell of a state."""

    async def come_and_go() -> None:
        for _ in range(40):
            await client.put(PATH, json={"name": "new"})
            await client.delete(PATH)

    async def flip() -> list[int]:
        return [(await client.post(f"{PATH}/flip", headers={"If-Match": "*"})).status_code for _ in range(80)]

    _, *answers = await asyncio.gather(come_and_go(), flip(), flip())
    assert {status for statuses in answers for status in statuses} <= {200, 404}


async def test_of_twenty_creations_under_one_id_one_is_made(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.put(PATH, json={"name": "new"}, headers={"If-None-Match": "*"}) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 19


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
async def test_a_list_longer_than_documented_is_refused(second: httpx.AsyncClient, name: str) -> None:
    tags = '"2",' * 2048
    answer = await second.put(PATH, json={"name": "x"}, headers={name: tags})
    assert answer.status_code == (200 if name == "If-Match" else 412)
    answer = await second.put(PATH, json={"name": "x"}, headers={name: tags + " x"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"parameter": name, "detail": "This should have at most 8192 characters."}
    ]
