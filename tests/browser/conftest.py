"""A real browser on the whole portal: headless Chromium, the one that SOLDE_TEST_CHROMIUM names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from tests.browser.journeys import journey as journey
from tests.browser.journeys import site as site
from tests.services.portal import Portal

QUIET = ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture
def portal(launch: Callable[..., Portal]) -> Portal:
    """The portal with its demo data, ready."""
    portal = launch("--demo")
    portal.wait_until_ready()
    return portal


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ["SOLDE_TEST_CHROMIUM"], args=QUIET)
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
