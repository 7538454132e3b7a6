"""The mails on a phone: nothing wider than the screen, nothing fetched from anywhere, readable in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conditions import THEMES, Theme
from tests.browser.walking import AXE

MAILS = sorted((Path(__file__).parents[1] / "snapshots/mails").glob("*.html"))
PAPER = {"light": "rgb(244, 241, 236)", "dark": "rgb(25, 24, 22)"}


@pytest.mark.parametrize("width", [320, 375])
async def test_every_mail_fits_a_phone(chromium: Browser, width: int) -> None:
    page = await chromium.new_page(viewport={"width": width, "height": 700})
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    for mail in MAILS:
        await page.set_content(mail.read_text())
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, mail.name
        assert await page.get_by_text("Message automatique, ne pas répondre.").is_visible(), mail.name
    assert fetched == []


@pytest.mark.parametrize("theme", THEMES)
async def test_every_mail_is_read_in_the_colours_of_its_reader(chromium: Browser, theme: Theme) -> None:
    page = await chromium.new_page(color_scheme=theme)
    for mail in MAILS:
        await page.set_content(mail.read_text())
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == PAPER[theme], mail.name
        assert await _faint(page) == [], mail.name


async def _faint(page: Page) -> list[str]:
    """What has too little contrast with what it stands on."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run({ runOnly: ['color-contrast'], resultTypes: ['violations'] })")
    return [node["html"] for fault in found["violations"] for node in fault["nodes"]]
