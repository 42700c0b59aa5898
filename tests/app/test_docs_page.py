"""The docs page as a person uses it: in a browser, under its own policy, with its examples as they stand."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, Response, ViewportSize, expect

from app.commands import DOCUMENT
from tests.app.test_cli import PROVIDER
from tests.support.processes import Serve

VIEWPORT: ViewportSize = {"width": 1280, "height": 1000}
PICTURE = "DOCS_PICTURE"
"""The variable that says where to put a picture of the page, if anywhere."""


@dataclass
class Watched:
    """A page, with all that a visitor's browser had to complain about.

    Attributes:
        page: The page.
        url: Where it is.
        complaints: Errors and warnings in the console, violations of the policy, and requests that failed or
            went elsewhere.
    """

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        page = self.page
        page.on("console", lambda said: self.complain(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complain(f"error: {error}"))
        page.on("requestfailed", lambda request: self.complain(f"failed: {request.url}"))
        page.on("request", self.see_request)
        page.on("response", self.see_response)
        await page.expose_function("complain", self.complain)
        await page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " event => complain(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
        )

    def complain(self, complaint: str) -> None:
        self.complaints.append(complaint)

    def see_request(self, request: Request) -> None:
        parts, own = urlsplit(request.url), urlsplit(self.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != own.netloc:
            self.complain(f"elsewhere: {request.url}")

    def see_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complain(f"{response.status}: {response.url}")


@pytest.fixture
async def docs(chromium: Browser, serve: Serve, task_url: str) -> AsyncIterator[Watched]:
    served = serve(DATABASE_URL=task_url, **PROVIDER)
    page = await chromium.new_page(viewport=VIEWPORT)
    docs = Watched(page, served.url.replace("127.0.0.1", "todo.test").replace("/api/v1", "/docs"))
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
class Shown:
    """An answer as the page shows it."""

    status: str
    headers: str
    body: str


async def execute(page: Page, operation_id: str, row_id: str = "") -> Shown:
    """Run an operation as it stands, but for the id of the row."""
    block = page.locator(f".opblock[id$='-{operation_id}']")
    await block.locator(".opblock-summary-control").click()
    await expect(block.locator(".responses-inner")).to_be_visible()
    place = block.locator("tr[data-param-in=path] input")
    if await place.count():
        await place.fill(row_id)
        await place.press("Enter")  # what is typed counts a while later, or at once with this
    await block.locator(".execute").click()
    answer = block.locator(".live-responses-table tbody tr.response")
    texts = answer.locator("pre.microlight")
    shown = Shown(
        status=(await answer.locator(".response-col_status").inner_text()).split()[0],
        headers=await texts.last.inner_text(),
        body=await texts.first.inner_text(),
    )
    await block.locator(".opblock-summary-control").click()  # what is open is drawn again at every change
    return shown


async def test_every_operation_succeeds_as_it_stands_and_a_visitor_stays_authorized(docs: Watched) -> None:
    page = docs.page
    await authorize(page, "alice")
    if os.environ.get(PICTURE):
        await page.mouse.move(0, 0)  # what it points at looks different
        await page.screenshot(path=os.environ[PICTURE], animations="disabled")
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
    paths = json.loads(DOCUMENT.read_bytes())["paths"].items()
    ours = [path for name, path in paths if name.startswith(("/api/v1/tasks", "/livez", "/readyz"))]
    documented = {operation["operationId"] for path in ours for operation in path.values()}
    assert documented == {"createTask", "toggleTask", "listTasks", *rest}
    await page.reload()
    assert (await execute(page, "listTasks")).status == "200"  # the owner is still known
    assert docs.complaints == []


async def test_what_the_policy_forbids_does_not_happen_and_is_noticed(docs: Watched) -> None:
    await docs.page.evaluate(
        """() => new Promise(resolve => {
            let refused = 0;
            addEventListener("securitypolicyviolation", () => ++refused === 2 && resolve());
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            const image = document.createElement("img");
            image.src = "http://elsewhere.test/pixel.png";
            document.body.append(script, image);
        })"""
    )
    assert await docs.page.evaluate("window.ran") is None
    noticed = {"policy: script-src-elem inline", "policy: img-src http://elsewhere.test/pixel.png"}
    assert noticed <= {*docs.complaints}
