"""The docs page in a real browser, under its own content security policy."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, Response, ViewportSize, expect

from tests.app.test_cli import PROVIDER
from tests.support.processes import Serve

pytestmark = pytest.mark.slow

VIEWPORT: ViewportSize = {"width": 1280, "height": 1000}
SCREENSHOT = "DOCS_PICTURE"
"""The environment variable with the path for a screenshot of the page, if one is to be taken."""


@dataclass
class WatchedPage:
    """A page, with the errors that the browser reports.

    Attributes:
        page: The page.
        url: Its address.
        errors: Messages in the console, violations of the policy, failed requests, and requests to other
            servers.
    """

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        page = self.page
        page.on("console", lambda message: self.report(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.report(f"error: {error}"))
        page.on("requestfailed", lambda request: self.report(f"failed: {request.url}"))
        page.on("request", self.check_request)
        page.on("response", self.check_response)
        await page.expose_function("report", self.report)
        await page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " event => report(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
        )

    def report(self, error: str) -> None:
        self.errors.append(error)

    def check_request(self, request: Request) -> None:
        parts, own = urlsplit(request.url), urlsplit(self.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != own.netloc:
            self.report(f"other server: {request.url}")

    def check_response(self, response: Response) -> None:
        if response.status >= 400:
            self.report(f"{response.status}: {response.url}")


@pytest.fixture
async def docs(chromium: Browser, serve: Serve, task_url: str) -> AsyncIterator[WatchedPage]:
    served = serve(DATABASE_URL=task_url, **PROVIDER)
    page = await chromium.new_page(viewport=VIEWPORT)
    docs = WatchedPage(page, served.url.replace("127.0.0.1", "todo.test").replace("/api/v1", "/docs"))
    await docs.watch()
    response = await page.goto(docs.url)
    assert response is not None
    assert response.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    await expect(page.locator(".opblock").first).to_be_visible()
    yield docs
    await page.close()


async def authorize(page: Page, owner: str) -> None:
    await page.locator(".btn.authorize").click()
    dialog = page.locator(".dialog-ux")
    await dialog.locator("input").fill(owner)
    await dialog.locator(".auth-btn-wrapper .authorize").click()
    await dialog.locator(".btn-done").click()


@dataclass
class ShownResponse:
    """A response, as the page shows it."""

    status: str
    headers: str
    body: str


async def execute(page: Page, operation_id: str, row_id: str = "") -> ShownResponse:
    """Execute an operation with its examples; only the id is filled in."""
    block = page.locator(f".opblock[id$='-{operation_id}']")
    await block.locator(".opblock-summary-control").click()
    await expect(block.locator(".responses-inner")).to_be_visible()
    id_field = block.locator("tr[data-param-in=path] input")
    if await id_field.count():
        await id_field.fill(row_id)
        await id_field.press("Enter")  # otherwise the page reads the value only after a delay
    await block.locator(".execute").click()
    response = block.locator(".live-responses-table tbody tr.response")
    texts = response.locator("pre.microlight")
    shown = ShownResponse(
        status=(await response.locator(".response-col_status").inner_text()).split()[0],
        headers=await texts.last.inner_text(),
        body=await texts.first.inner_text(),
    )
    await block.locator(".opblock-summary-control").click()  # an open block is rendered again at every change
    return shown


async def test_operations_succeed_with_their_examples_and_the_owner_is_remembered(
    docs: WatchedPage,
) -> None:
    page = docs.page
    await authorize(page, "alice")
    if os.environ.get(SCREENSHOT):
        await page.mouse.move(0, 0)  # otherwise what is below the pointer is highlighted
        await page.screenshot(path=os.environ[SCREENSHOT], animations="disabled")
    created = await execute(page, "createTask")
    assert created.status == "201"
    assert 'etag: "1"' in created.headers
    row = json.loads(created.body)
    assert (row["title"], row["completed"]) == ("Buy milk", False)

    toggled = await execute(page, "toggleTask", row["id"])
    assert (toggled.status, json.loads(toggled.body)["completed"]) == ("200", True)
    assert 'etag: "2"' in toggled.headers
    listed = await execute(page, "listTasks")
    assert listed.status == "200"
    assert json.loads(toggled.body) in json.loads(listed.body)["items"]

    rest = ["getTask", "putTask", "updateTask", "deleteTask", "getLiveness", "getReadiness"]
    statuses = [(await execute(page, operation_id, row["id"])).status for operation_id in rest]
    assert statuses == ["200", "200", "200", "204", "200", "200"]
    await page.reload()
    assert (await execute(page, "listTasks")).status == "200"
    assert docs.errors == []


async def test_the_content_security_policy_blocks_inline_scripts_and_other_servers(docs: WatchedPage) -> None:
    await docs.page.evaluate(
        """() => new Promise(resolve => {
            let violations = 0;
            addEventListener("securitypolicyviolation", () => ++violations === 2 && resolve());
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            const image = document.createElement("img");
            image.src = "http://elsewhere.test/pixel.png";
            document.body.append(script, image);
        })"""
    )
    assert await docs.page.evaluate("window.ran") is None
    violations = {"policy: script-src-elem inline", "policy: img-src http://elsewhere.test/pixel.png"}
    assert violations <= {*docs.errors}
