"""The mails on a phone: nothing wider than the screen, nothing fetched from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

MAILS = sorted((Path(__file__).parents[1] / "snapshots/mails").glob("*.html"))


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
