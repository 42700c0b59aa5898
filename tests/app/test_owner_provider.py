"""Owner providers other than the trusted header."""

import json
import re
from hashlib import sha256
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
)
from openapi_spec_validator import OpenAPIV31SpecValidator
from structlog.testing import capture_logs

from app import ROOT
from app.owner import SecurityScheme, provider_error, trusted_header
from routers import ResourceAPI
from tests.support.owners import ClientOf, Credentials, broken, known_only

BEARER = {"Authorization": "Bearer planted"}
URL = "https://login.example.com"

SCHEMES: dict[str, tuple[SecurityScheme, dict[str, str], str, dict[str, Any]]] = {
    "HTTPBearer": (
        HTTPBearer(bearerFormat="JWT", scheme_name="other"),
        BEARER,
        "Bearer",
        {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    ),
    "HTTPBasic": (
        HTTPBasic(realm="tasks", description="A password."),
        {"Authorization": "Basic YTpi"},
        'Basic realm="tasks"',
        {"type": "http", "scheme": "basic", "description": "A password."},
    ),
    "HTTPDigest": (
        HTTPDigest(),
        {"Authorization": "Digest planted"},
        "Digest",
        {"type": "http", "scheme": "digest"},
    ),
    "OAuth2PasswordBearer": (
        OAuth2PasswordBearer(f"{URL}/token"),
        BEARER,
        "Bearer",
        {"type": "oauth2", "flows": {"password": {"tokenUrl": f"{URL}/token", "scopes": {}}}},
    ),
    "OAuth2AuthorizationCodeBearer": (
        OAuth2AuthorizationCodeBearer(f"{URL}/authorize", f"{URL}/token"),
        BEARER,
        "Bearer",
        {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{URL}/authorize",
                    "tokenUrl": f"{URL}/token",
                    "scopes": {},
                }
            },
        },
    ),
    "OpenIdConnect": (
        OpenIdConnect(openIdConnectUrl=f"{URL}/configuration"),
        BEARER,
        "Bearer",
        {"type": "openIdConnect", "openIdConnectUrl": f"{URL}/configuration"},
    ),
    "APIKeyHeader": (
        APIKeyHeader(name="X-API-Key"),
        {"X-API-Key": "planted"},
        "APIKey",
        {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    ),
    "APIKeyCookie": (
        APIKeyCookie(name="session"),
        {"Cookie": "session=planted"},
        "APIKey",
        {"type": "apiKey", "in": "cookie", "name": "session"},
    ),
}


@pytest.mark.parametrize(("scheme", "headers", "challenge", "documented"), SCHEMES.values(), ids=SCHEMES)
async def test_document_and_challenge_follow_from_the_scheme_of_the_owner_provider(
    api: ResourceAPI,
    client_of: ClientOf,
    scheme: SecurityScheme,
    headers: dict[str, str],
    challenge: str,
    documented: dict[str, Any],
) -> None:
    provider = Credentials(scheme)
    assert provider_error(provider) is None
    async with client_of(provider) as client:
        document = (await client.get("http://todo/openapi.json")).json()
        accepted = await client.get("/tasks", headers=headers)
        same_id = {"X-Request-ID": "same"}
        rejected = await client.get("/tasks", headers=same_id)
        repeated = await client.get("/tasks", headers=[*headers.items(), *headers.items(), *same_id.items()])
    async with client_of(trusted_header) as client:
        expected = await client.get("/tasks", headers=same_id)
    OpenAPIV31SpecValidator(document).validate()
    assert document["components"].pop("securitySchemes") == {"owner": documented}
    committed = json.loads(api.openapi_text())
    del committed["components"]["securitySchemes"]
    assert document == committed
    assert accepted.status_code == 200
    assert rejected.content == expected.content
    assert repeated.json()["detail"] == f"The request has several `{next(iter(headers))}` headers: send one."
    for response in (rejected, repeated):
        assert (response.status_code, response.headers["www-authenticate"]) == (401, challenge)


async def test_a_scheme_can_have_several_challenges(client_of: ClientOf) -> None:
    async with client_of(known_only) as client:
        assert (await client.get("/tasks", headers={"X-User-ID": "alice"})).status_code == 200
        unknown = await client.get("/tasks", headers={"X-User-ID": "mallory"})
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"] == 'Known, Basic realm="tests"'


class SilentHeader(APIKeyHeader):
    """A security class that rejects requests by 403, without a challenge."""

    def make_not_authenticated_error(self) -> HTTPException:
        return HTTPException(403)


async def test_a_scheme_without_a_challenge_gets_a_default_one(client_of: ClientOf) -> None:
    async with client_of(Credentials(SilentHeader(name="X-API-Key"))) as client:
        response = await client.get("/tasks")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Owner")


@pytest.mark.parametrize(
    ("way", "status", "logged"),
    [
        ("401", 401, []),
        ("403", 401, []),
        ("500", 503, ["It raised HTTPException 500."]),
        ("503", 503, ["It raised HTTPException 503."]),
        ("hang", 503, ["It did not respond in time."]),
        ("number", 500, ["The owner provider must return a str or None, not int."] * 2),
        ("raise", 500, ["division by zero"] * 2),
    ],
)
async def test_a_failure_of_the_provider_is_logged_and_reveals_nothing(
    client_of: ClientOf, way: str, status: int, logged: list[str]
) -> None:
    async with client_of(broken, seconds=0.01) as client:
        with capture_logs() as logs:
            responses = [await client.get("/tasks", headers={"X-User-ID": way}) for _ in range(2)]
    for response in responses:
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert ("www-authenticate" in response.headers) is (status == 401)
        assert ("retry-after" in response.headers) is (status == 503)
        assert "planted" not in response.text + str(response.headers)
    failures = [event for event in logs if event["log_level"] in {"warning", "error"}]
    assert [event.get("reason") or str(event["exc_info"]) for event in failures] == logged


async def test_the_provider_of_the_readme_identifies_owners_by_api_keys(
    client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = ROOT.joinpath("README.md").read_text().partition("\n## Authentication\n")[2]
    block = re.search(r"^```python\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert block is not None
    tmp_path.joinpath("api_keys.py").write_text(block[1])
    tmp_path.joinpath("api-keys.json").write_text(json.dumps({sha256(b"planted").hexdigest(): "alice"}))
    monkeypatch.chdir(tmp_path)
    provider = run_path("api_keys.py")["api_key"]
    assert provider_error(provider) is None
    async with client_of(provider) as client:
        keys = [{}, {"X-API-Key": "other"}, {"X-API-Key": "planted"}]
        statuses = [(await client.get("/tasks", headers=key)).status_code for key in keys]
    assert statuses == [401, 401, 200]
