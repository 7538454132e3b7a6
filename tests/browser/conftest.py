"""A real browser on the whole portal: headless Chromium, the one that SOLDE_TEST_CHROMIUM names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, Request, async_playwright, expect

from tests.browser.journeys import journey as journey
from tests.browser.journeys import site as site
from tests.services.portal import Portal, start_portal

# What comes is waited for as long as a busy machine may need; what is there already costs nothing.
expect.set_options(timeout=30_000)
QUIET = ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the demo: loaded once for each process, it takes longer than most of the tests."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLDE_")}
    for command in ("migrate", "demo"):
        called = [sys.executable, "-m", "tasks", command]
        subprocess.run(called, env=environment | {"SOLDE_DATA_DIR": str(folder)}, check=True, capture_output=True)
    return folder


@pytest.fixture
def portal(launch: Callable[..., Portal], furnished: Path, tmp_path: Path) -> Portal:
    """The portal with its demo data, ready."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    portal = launch("--demo")
    portal.wait_until_ready()
    return portal


@contextmanager
def started(folder: Path, furnished: Path, **settings: str) -> Iterator[Portal]:
    """A portal of its own on that folder, with the demo, ready."""
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    portal = start_portal(folder, "--demo", port=None, **settings)
    try:
        portal.wait_until_ready()
        yield portal
    finally:
        portal.end()


async def launch_chromium(playwright: Playwright) -> Browser:
    """The browser of every test, which asks nobody for anything by itself."""
    return await playwright.chromium.launch(executable_path=os.environ["SOLDE_TEST_CHROMIUM"], args=QUIET)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch_chromium(playwright)
        yield browser
        await browser.close()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Every test that opens a page runs with and without it."""
    return bool(request.param)


@pytest.fixture
async def page(portal: Portal, chromium: Browser, javascript: bool) -> AsyncIterator[Page]:
    """A page of the portal that asks no other host for anything and reports no error of its own."""
    context = await chromium.new_context(base_url=portal.url, java_script_enabled=javascript, locale="fr-FR")
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if _is_elsewhere(request, portal) else None)
    yield page
    await context.close()
    assert faults == []


# What Chromium notes as errors of its own: a refused form's 422, and a network that a test itself cuts.
EXPECTED = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_RESET")


def _is_fault(message: ConsoleMessage) -> bool:
    return message.type == "error" and not any(words in message.text for words in EXPECTED)


def _is_elsewhere(request: Request, portal: Portal) -> bool:
    return not request.url.startswith((portal.url, "data:", "blob:"))
