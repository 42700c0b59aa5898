"""A route of a resource: how rows become answers."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi import Response

from routers import PreconditionFailed
from routers.api.responses import read_response, responds_with_row, row_response
from routers.queries.preconditions import Preconditions
from tests.support.gadgets import GadgetRead, gadgets

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROW = GadgetRead(id=UUID(int=1), name="ü", note=None, ready=True, created_at=NOON, updated_at=NOON, version=7)
JSON = (
    '{"id":"00000000-0000-0000-0000-000000000001","created_at":"2026-01-02T12:00:00Z",'
    '"updated_at":"2026-01-02T12:00:00Z","version":7,"name":"ü","note":null,"ready":true}'
).encode()


def test_a_row_is_answered_with_its_state() -> None:
    response = row_response(gadgets.encoder, ROW, 201, "/there")
    assert (response.status_code, response.body) == (201, JSON)
    assert (response.headers["etag"], response.headers["location"]) == ('"7"', "/there")


def test_a_known_row_is_not_sent_again() -> None:
    response = read_response(gadgets.encoder, ROW, Preconditions(none_match=frozenset({7})))
    assert (response.status_code, response.body, response.headers["etag"]) == (304, b"", '"7"')
    assert read_response(gadgets.encoder, ROW, Preconditions(none_match=frozenset({6}))).status_code == 200
    with pytest.raises(PreconditionFailed):
        read_response(gadgets.encoder, ROW, Preconditions(match=frozenset({6}), must_exist=True))


async def test_an_endpoint_may_return_a_row_a_response_or_anything() -> None:
    async def endpoint(result: object) -> object:
        return result

    respond = responds_with_row(endpoint, gadgets.encoder, 202)
    answer = await respond(ROW)
    assert (answer.status_code, answer.body) == (202, JSON)
    own = Response("own")
    assert await respond(own) is own
    assert await respond(5) == 5
