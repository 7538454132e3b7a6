"""On paper: what is folded on screen is there in full, and what only a screen can use is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from resolvers.editing import change_support_contact
from resolvers.modifications import confirm_modification
from tests.browser.journeys import Journey, heading

# Whether the words of every folded part can be seen: `checkVisibility` knows of parts that are skipped.
UNFOLDED = """() => [...document.querySelectorAll("main details > :not(summary)")]
  .filter((part) => !part.closest(".hint"))
  .map((part) => part.checkVisibility({contentVisibilityAuto: true}))"""


@pytest.mark.parametrize("javascript", [False], indirect=True)
async def test_a_tracking_page_and_a_receipt_are_printed_in_full(journey: Journey) -> None:
    page, as_of = await journey.enter(), datetime.now(UTC)
    await page.goto(journey.path)
    assert set(await page.evaluate(UNFOLDED)) == {False}
    await page.emulate_media(media="print")
    await page.screenshot()  # A frame is drawn: only then is what was folded laid out.
    assert set(await page.evaluate(UNFOLDED)) == {True}
    await _without_what_is_for_screens(page)
    actor = journey.user.actor
    await change_support_contact(actor, journey.modification.id, support_contact="a@editeur.fr", as_of=as_of)
    await confirm_modification(actor, journey.modification.id, as_of=as_of)
    await page.goto(f"{journey.path}/accuses/{journey.modification.id}")
    await heading(page, "Vos modifications ont été transmises")
    await expect(page.get_by_text("a@editeur.fr")).to_be_visible()
    await _without_what_is_for_screens(page)


async def _without_what_is_for_screens(page: Page) -> None:
    for part in (".bar", ".foot", ".trail", ".ways-out"):
        for each in await page.locator(part).all():
            await expect(each).to_be_hidden()
