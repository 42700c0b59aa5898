"""The docs page as it is served."""

import re

import httpx
import pytest

from routers import ResourceAPI


async def test_the_docs_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    places = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert len(places) == 5
    for place in places:
        response = await client.get(page.url.join(place))
        assert response.url.host == page.url.host
        assert response.status_code == 200
        assert response.headers["cache-control"] == "private, no-store"
    missing = await client.get("/docs/assets/nothing.js")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    refused = await client.post(f"/{places[0]}")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_the_docs_run_no_script_but_their_own_files(client: httpx.AsyncClient) -> None:
    response = await client.get("/docs")
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert re.findall(r"<script\b[^>]*>(.*?)</script>", response.text) == ["", ""]
    assert not re.findall(r"<style|\sstyle=|\son\w+=", response.text)


@pytest.mark.parametrize("title", ["Lamps & shades", "<script>alert(1)</script>", "$title"])
async def test_the_title_is_text(title: str) -> None:
    transport = httpx.ASGITransport(ResourceAPI(title=title))
    async with httpx.AsyncClient(transport=transport, base_url="http://gadgets") as client:
        page = (await client.get("/docs")).text
    shown = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<title>{shown}</title>" in page
