"""The owner of a request, by the trusted header."""

import httpx
import pytest
from structlog.testing import capture_logs

from app.owner import trusted_header
from tests.support.owners import ClientOf

VALID = ["a", "Alice", "auth0|507f1f", "a@b.example", "urn:x:y", "a_b-c.d", "~a+/b==", "x" * 255]
INVALID = ["", " ", "a b", "x" * 256, "a,b", "'", "a\u00e9", "a;b", "a#b"]


@pytest.mark.parametrize("name", VALID)
async def test_a_valid_owner_is_accepted(client: httpx.AsyncClient, name: str) -> None:
    created = await client.post("/tasks", json={"title": "Buy milk"}, headers={"X-User-ID": name})
    assert created.status_code == 201
    assert (await client.get("/tasks", headers={"X-User-ID": name})).json()["items"] == [created.json()]


@pytest.mark.parametrize("name", INVALID)
async def test_an_invalid_owner_is_rejected(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get("/tasks", headers={b"X-User-ID": name.encode("latin1")})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "OwnerHeader"


async def test_a_request_without_the_header_requires_an_owner(client: httpx.AsyncClient) -> None:
    del client.headers["X-User-ID"]
    for headers in ({}, {"X_User_ID": "alice"}):
        response = await client.get("/tasks", headers=headers)
        assert (response.status_code, response.json()["detail"]) == (401, "This operation requires an owner.")


async def test_a_repeated_header_is_named(client: httpx.AsyncClient) -> None:
    del client.headers["X-User-ID"]
    for second in ("alice", "planted", ""):
        response = await client.get("/tasks", headers=[("X-User-ID", "alice"), ("X-User-ID", second)])
        assert response.status_code == 401
        assert response.json()["detail"] == "The request has several `X-User-ID` headers: send one."
        assert response.headers["www-authenticate"] == "OwnerHeader"


REASONS = pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "It is empty;"),
        (" \t", "It is empty;"),
        ("x" * 256, "It has 256 characters;"),
        ("eve planted", "It contains white space;"),
        ("planted\x7f", "It contains a control character;"),
        ("planted\u00e9", "It contains a character outside ASCII;"),
        ("planted,", "It contains a character that is not allowed;"),
    ],
)


@REASONS
async def test_a_rejected_owner_gets_the_reason_without_the_owner(
    client: httpx.AsyncClient, name: str, reason: str
) -> None:
    response = await client.get("/tasks", headers={b"X-User-ID": name.encode("latin1")})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "OwnerHeader")
    assert response.json()["detail"] == (
        f"The owner of the request is not valid. {reason} "
        "an owner has 1 to 255 characters of `A-Z a-z 0-9 . _ : | @ + / = ~ -`."
    )
    assert "planted" not in response.text


@REASONS
async def test_the_log_says_once_why_an_owner_is_invalid_without_the_owner(
    client_of: ClientOf, name: str, reason: str
) -> None:
    async with client_of(trusted_header) as client:
        with capture_logs() as logs:
            for number in range(3):
                headers = {b"X-User-ID": name.encode("latin1"), b"X-Request-ID": b"%d" % number}
                assert (await client.get("/tasks", headers=headers)).status_code == 401
    (warning,) = [event for event in logs if event["log_level"] == "warning"]
    assert warning["event"] == "the owner provider returned an invalid owner; the request gets 401"
    assert warning["request_id"] == "0"
    assert warning["reason"].startswith(f"{reason} an owner has 1 to 255 characters of ")
    assert "planted" not in str(logs)
