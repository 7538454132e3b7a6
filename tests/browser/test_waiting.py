"""What happens on an open page by itself: an analysis ends, a session is about to end, somebody leaves too early."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Dialog, Page, expect

from models import Modification, Session, Upload
from models.attachments import ScanStatus
from tests.browser.journeys import CONTACT, Journey
from tests.factories import make_attachment, make_upload

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)


async def test_an_analysis_that_ends_is_told_and_disturbs_nobody(journey: Journey) -> None:
    upload = await make_upload(journey.user.actor, scan_status=ScanStatus.PENDING)
    now = datetime.now(UTC)
    added: dict[str, Any] = {
        "modification": journey.modification,
        "rank": None,
        "added_at": now,
        "added_by": journey.user.actor.author,
    }
    await make_attachment(journey.request, upload=upload, **added)
    page = await journey.enter()
    await page.goto(journey.form)
    await expect(page.get_by_text("Le résultat s’affichera ici de lui-même.")).to_be_visible()
    await page.get_by_label(CONTACT).fill("en.cours.de.frappe")
    asked = await _requests_of(page)
    await Upload.filter(id=upload.id).update(scan_status=ScanStatus.CLEAN)
    await expect(page.get_by_role("link", name="Consulter pv-test.pdf")).to_be_visible()
    await expect(page.locator("#annonce")).to_contain_text("analyse antivirus terminée")
    await expect(page.get_by_label(CONTACT)).to_have_value("en.cours.de.frappe")
    await expect(page.get_by_label(CONTACT)).to_be_focused()
    await expect(page.locator("[data-pending]")).to_have_count(0)
    before = len(asked)
    await page.clock.install()
    await page.clock.fast_forward(600_000)
    assert len(asked) == before  # nobody asks any more


async def _requests_of(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


async def test_a_session_about_to_end_says_so_and_goes_on_when_asked(journey: Journey) -> None:
    page = await journey.enter()
    now = datetime.now(UTC)
    await Session.filter(user=journey.user).update(expires_at=now + timedelta(minutes=90))
    # Saying that the comment was read is a use of the session too, whenever its answer comes.
    await Modification.filter(id=journey.modification.id).update(comment_seen_at=now)
    await page.clock.install()
    await page.goto(journey.form)
    await page.clock.fast_forward(50 * 60_000)
    await expect(page.locator("#session")).to_be_empty()
    await page.clock.fast_forward(5 * 60_000)
    await expect(page.locator("#session[role=alert]")).to_contain_text(
        "Sans action de votre part, votre session se termine à"
    )
    await page.route("**/session", lambda route: route.fulfill(status=429))
    await page.get_by_role("button", name="Rester connecté").press("Enter")
    await expect(page.get_by_text("Le service n’a pas répondu.")).to_be_visible()
    await expect(page.locator("#session")).to_contain_text("Sans action de votre part")
    await page.unroute("**/session")
    await page.get_by_role("button", name="Rester connecté").press("Enter")
    await expect(page.locator("#session")).to_be_empty()
    await page.clock.fast_forward(31 * 60_000)
    await expect(page.locator("#session")).to_have_text(re.compile("Votre session se termine à .* Enregistrez avant"))
    await page.clock.fast_forward(10 * 60_000)
    await expect(page.locator("#session[role=alert]")).to_contain_text("Votre session est terminée.")


async def test_leaving_asks_first_while_something_typed_is_not_saved(journey: Journey) -> None:
    page = await journey.enter()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.goto(journey.form)
    await page.get_by_label(CONTACT).fill("pas.encore@editeur.fr")
    async with page.expect_event("dialog"):
        await page.get_by_role("link", name="Retour au suivi").click(no_wait_after=True)
    await expect(page.get_by_label(CONTACT)).to_have_value("pas.encore@editeur.fr")
    assert asked == ["beforeunload"]
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await page.get_by_label("Un mot pour le gestionnaire").fill("Le contact est à jour.")
    await expect(page.get_by_role("heading", name="Encore demandé par le gestionnaire")).to_be_visible()
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vos modifications ont été transmises")
    assert asked == ["beforeunload"]
