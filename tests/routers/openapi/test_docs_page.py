"""The documentation page at /docs."""

import re

import httpx
import pytest

from routers import ResourceAPI
from tests.support.gadget_applications import unchecked_client_of


async def test_the_page_loads_files_of_its_own_server_only(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    urls = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert len(urls) == 5
    for url in urls:
        response = await client.get(page.url.join(url))
        assert response.url.host == page.url.host
        assert response.status_code == 200
        assert response.headers["cache-control"] == "private, no-store"


async def test_a_missing_file_of_the_page_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/docs/assets/nothing.js")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


async def test_a_file_of_the_page_allows_only_get_and_head(client: httpx.AsyncClient) -> None:
    response = await client.post("/docs/assets/docs.js")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


async def test_the_page_runs_no_inline_scripts_and_no_inline_styles(client: httpx.AsyncClient) -> None:
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
async def test_the_title_of_the_application_is_escaped_in_the_page(title: str) -> None:
    async with unchecked_client_of(ResourceAPI(title=title)) as client:
        page = (await client.get("/docs")).text
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<title>{escaped}</title>" in page
