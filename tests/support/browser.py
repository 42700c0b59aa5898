"""A real browser: Debian's Chromium without a window, which can reach this machine alone."""

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
    # Names of our own choosing: a page's origin is then not this machine's, as in production.
    "--host-resolver-rules=MAP *.test 127.0.0.1, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND",
)


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """Start Chromium, or skip the test where there is none; under CI, fail."""
    program = shutil.which("chromium")
    if program is None:
        say = pytest.fail if "CI" in os.environ else pytest.skip
        say("Chromium is not installed: on Debian, `apt-get install chromium` as root.")
    async with async_playwright() as playwright:
        expect.set_options(timeout=30_000)  # as long as an action waits: the machine may be busy
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield browser
        await browser.close()
