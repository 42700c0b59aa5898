"""The owner provider for JWTs, on a real server."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app import ROOT
from tests.support.issuer import Issuer, ec_key, rsa_key, signed_by_hmac, unsigned
from tests.support.processes import Served, serving, todo, wait_until
from tests.support.tasks import migrated_database

LONGEST = "oidc|" + "A1+/=~.:_@-|" * 20 + "0123456789"
"""A subject of 255 characters."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def served(server_url: str, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = migrated_database(server_url, "jwt")
    with serving(tmp_path_factory.mktemp("server")) as serve:
        yield serve(DATABASE_URL=url, TODO_LOG_FORMAT="json", **issuer.settings)


def list_tasks(served: Served, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{served.url}/tasks", headers=headers)


VALID: dict[str, Callable[[Issuer], str]] = {
    "RS256": lambda issuer: issuer.token("rsa"),
    "ES256": lambda issuer: issuer.token("ec"),
    "EdDSA": lambda issuer: issuer.token("ed"),
    "several audiences": lambda issuer: issuer.token(
        aud=["https://other.example.com", "https://todo.example.com"]
    ),
    "expired within the leeway": lambda issuer: issuer.token(exp=int(time.time()) - 5),
}


@pytest.mark.parametrize("make", VALID.values(), ids=VALID)
def test_a_valid_token_is_accepted(served: Served, issuer: Issuer, make: Callable[[Issuer], str]) -> None:
    assert list_tasks(served, make(issuer)).status_code == 200


REJECTED: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 60),
    "without an expiry": lambda issuer: issuer.token(exp=None),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 60),
    "issued in the future": lambda issuer: issuer.token(iat=int(time.time()) + 60),
    "for another audience": lambda issuer: issuer.token(aud="https://other.example.com"),
    "without an audience": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://evil.example.com/"),
    "without an issuer": lambda issuer: issuer.token(iss=None),
    "without a subject": lambda issuer: issuer.token(sub=None),
    "signed with another EC key": lambda issuer: issuer.token(key=ec_key()),
    "signed with another RSA key": lambda issuer: issuer.token("rsa", key=rsa_key()),
    "with an unknown key id": lambda issuer: issuer.token(header={"kid": "unknown"}),
    "without a key id": lambda issuer: issuer.token(header={"kid": None}),
    "with another key's id": lambda issuer: issuer.token(header={"kid": "rsa"}),
    "with another algorithm of the key": lambda issuer: issuer.token("rsa", algorithm="PS256"),
    "unsigned": lambda _: unsigned({"alg": "none", "typ": "JWT", "kid": "ec"}),
    "unsigned, of an asymmetric algorithm": lambda _: unsigned({"alg": "ES256", "typ": "JWT", "kid": "ec"}),
    "signed with the public key as a secret": lambda issuer: signed_by_hmac(
        {"alg": "HS256", "typ": "JWT", "kid": "rsa"}, issuer.pem("rsa")
    ),
    "signed with an empty secret": lambda _: signed_by_hmac({"alg": "HS256", "typ": "JWT", "kid": "ec"}, b""),
    "with a critical extension": lambda issuer: issuer.token(header={"crit": ["exp"], "exp": 1}),
    "truncated": lambda issuer: issuer.token()[:-4],
    "no JWT": lambda _: "planted",
    "empty parts": lambda _: "..",
}


@pytest.mark.parametrize("make", REJECTED.values(), ids=REJECTED)
def test_a_token_that_is_not_accepted_gets_the_challenge_of_rfc_6750(
    served: Served, issuer: Issuer, make: Callable[[Issuer], str]
) -> None:
    response = list_tasks(served, make(issuer))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("value", [None, "", "Basic planted", "Bearer"])
def test_a_request_without_a_token_gets_a_challenge_without_an_error(
    served: Served, value: str | None
) -> None:
    headers = {} if value is None else {"Authorization": value}
    response = httpx.get(f"{served.url}/tasks", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_trusted_header_has_no_meaning(served: Served) -> None:
    assert httpx.get(f"{served.url}/tasks", headers={"X-User-ID": "alice"}).status_code == 401


def test_a_repeated_header_with_tokens_is_rejected(served: Served, issuer: Issuer) -> None:
    tokens = [("Authorization", f"Bearer {issuer.token()}"), ("Authorization", f"Bearer {issuer.token()}")]
    assert httpx.get(f"{served.url}/tasks", headers=tokens).status_code == 401


def test_the_subject_is_the_owner(served: Served, issuer: Issuer) -> None:
    assert len(LONGEST) == 255
    headers = {"Authorization": f"Bearer {issuer.token(sub=LONGEST)}"}
    created = httpx.post(f"{served.url}/tasks", json={"title": "planted"}, headers=headers)
    assert created.status_code == 201
    assert list_tasks(served, issuer.token("rsa", sub=LONGEST)).json()["items"] == [created.json()]
    assert list_tasks(served, issuer.token(sub=LONGEST[:-1])).json()["items"] == []


def test_a_subject_that_is_no_valid_owner_is_rejected_and_the_log_says_why(
    served: Served, issuer: Issuer
) -> None:
    response = list_tasks(served, issuer.token(sub="planted name"))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert list_tasks(served, issuer.token(sub=LONGEST + "x")).status_code == 401
    wait_until(lambda: "white space" in served.output.read_text(), served.output.read_text)


def test_the_log_names_the_reason_but_contains_no_token(served: Served, issuer: Issuer) -> None:
    token = issuer.token(exp=1)
    assert list_tasks(served, token).status_code == 401
    wait_until(lambda: "ExpiredSignatureError" in served.output.read_text(), served.output.read_text)
    assert not [part for part in token.split(".")[1:] if part in served.output.read_text()]


def test_the_document_describes_the_token(served: Served) -> None:
    document = httpx.get(f"{served.root}/openapi.json").json()
    committed = json.loads(ROOT.joinpath("openapi.json").read_text())
    scheme = document["components"]["securitySchemes"].pop("owner")
    del committed["components"]["securitySchemes"]["owner"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    assert document == committed


def test_the_printed_curl_command_has_the_header_of_the_token(served: Served) -> None:
    assert "/api/v1/tasks -H 'Authorization: ...'" in served.output.read_text()


def test_todo_openapi_writes_the_document_of_the_configured_provider(issuer: Issuer) -> None:
    result = todo("openapi", "--check", **issuer.settings)
    assert result.stderr == "todo: openapi.json is outdated: run `todo openapi`.\n"


def test_keys_are_rotated_without_a_restart(served: Served, issuer: Issuer) -> None:
    issuer.keys["next"] = (ec_key(), "ES256")
    assert list_tasks(served, issuer.token("next")).status_code == 401
    issuer.publish("ec", "next")
    assert [list_tasks(served, issuer.token(key)).status_code for key in ("ec", "next")] == [200, 200]
    issuer.publish("next")
    assert [list_tasks(served, issuer.token(key)).status_code for key in ("ec", "next")] == [401, 200]
    issuer.publish("rsa", "ec", "ed")


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "kid": "ec", "k": "a2V5"}]}']
)
def test_the_previous_keys_remain_while_the_file_is_invalid(
    served: Served, issuer: Issuer, text: str | None
) -> None:
    assert list_tasks(served, issuer.token()).status_code == 200
    warnings = served.output.read_text().count("the previous ones remain")
    if text is None:
        issuer.file.unlink()
    else:
        issuer.file.write_text(text)
    try:
        assert list_tasks(served, issuer.token()).status_code == 200
    finally:
        issuer.publish("rsa", "ec", "ed")
    wait_until(
        lambda: served.output.read_text().count("the previous ones remain") == warnings + 1,
        served.output.read_text,
    )


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("JWT_ISSUER", "", "JWT_ISSUER is not set: set it to the `iss` of the tokens"),
        ("JWT_KEYS", "/nowhere", "No such file or directory: '/nowhere'"),
        ("JWT_KEYS", str(Path(__file__)), "cannot be imported"),
    ],
)
def test_the_server_does_not_start_without_issuer_and_keys(
    issuer: Issuer, setting: str, value: str, sentence: str
) -> None:
    result = todo("serve", **{**issuer.settings, setting: value})
    assert result.returncode == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
