"""A real browser: Debian's Chromium, headless, which can reach only this machine."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Host names of our own: then a page is from another origin than the API, as in production.
    "--host-resolver-rules=MAP *.test 127.0.0.1, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND",
)


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """Start Chromium; if it is not installed, skip the test or, under CI, fail it."""
    program = shutil.which("chromium")
    if program is None:
        report = pytest.fail if "CI" in os.environ else pytest.skip
        report("Chromium is not installed: on Debian, run `apt-get install chromium` as root.")
    async with async_playwright() as playwright:
        expect.set_options(timeout=30_000)  # as long as actions wait: the machine may be busy
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield browser
        await browser.close()
