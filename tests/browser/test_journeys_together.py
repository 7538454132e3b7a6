"""Two tabs, two colleagues, impatient clicks and the Back button: nothing is done twice, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from models.actors import AccountRight
from tests.browser.journeys import CONTACT, Journey, document, heading, keep, save

TRANSMITTED = "Vos modifications ont été transmises"


@pytest.mark.parametrize("way_out", ["Reprendre ma saisie", "Garder la valeur actuelle"])
async def test_two_tabs_meet_and_neither_overwrites_the_other(journey: Journey, way_out: str) -> None:
    first = await journey.enter()
    second = await first.context.new_page()
    for tab in (first, second):
        await tab.goto(journey.form)
    await keep(first, "premier@editeur.fr")
    await save(second, "second@editeur.fr")
    await heading(second, "Votre demande a changé entre-temps")
    await expect(second.get_by_role("main")).to_contain_text("dans une autre fenêtre")
    for value in ("premier@editeur.fr", "second@editeur.fr"):
        await expect(second.get_by_text(value, exact=True)).to_be_visible()
    if way_out == "Reprendre ma saisie":
        await second.get_by_role("button", name=way_out).click()
    else:
        await second.get_by_role("link", name=way_out).click()
    await heading(second, "Modifier ma demande de solde")
    kept = "second@editeur.fr" if way_out == "Reprendre ma saisie" else "premier@editeur.fr"
    await expect(second.get_by_label(CONTACT)).to_have_value(kept)


async def test_two_colleagues_share_a_draft_and_one_confirmation(journey: Journey, tmp_path: Path) -> None:
    preparing = await journey.enter(await journey.colleague("Karim Haddad", AccountRight.EDIT))
    confirming = await journey.enter()
    await preparing.goto(journey.form)
    await keep(preparing, "prepare@editeur.fr")
    await _sees_whose_draft_it_is(journey, confirming)
    await _adds_a_document_to_it(confirming, document(tmp_path, "pv.pdf"))
    await _may_not_confirm(journey, preparing)
    await confirming.get_by_role("button", name="Vérifier et confirmer").click()
    await heading(confirming, "Vérifiez vos modifications")
    await keep(preparing, "corrige@editeur.fr")
    await _is_told_what_changed_since_the_check(confirming)
    await confirming.get_by_role("button", name="Confirmer", exact=True).click()
    await heading(confirming, TRANSMITTED)
    await _finds_that_it_is_over(preparing, journey)
    assert await journey.confirmations() == 1


async def _sees_whose_draft_it_is(journey: Journey, page: Page) -> None:
    await page.goto(journey.form)
    await expect(page.get_by_label(CONTACT)).to_have_value("prepare@editeur.fr")
    await expect(page.get_by_role("main")).to_contain_text("Karim Haddad")


async def _adds_a_document_to_it(page: Page, file: Path) -> None:
    await page.get_by_label("Type de pièce complémentaire :").select_option("AUTRE_S")
    await page.get_by_label("Fichier à ajouter :").set_input_files(file)
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_role("row", name=file.name)).to_contain_text("✓ Ajouté")


async def _may_not_confirm(journey: Journey, page: Page) -> None:
    await page.goto(f"{journey.form}/verification")
    await expect(page.get_by_role("main")).to_contain_text("pv.pdf")
    await expect(page.get_by_role("button", name="Confirmer", exact=True)).to_have_count(0)
    await page.goto(journey.form)


async def _is_told_what_changed_since_the_check(page: Page) -> None:
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    told = page.locator("#entre-temps")
    await expect(told).to_contain_text("Karim Haddad a changé le brouillon")
    await expect(told).to_be_focused()
    await expect(page.get_by_text("corrige@editeur.fr")).to_be_visible()


async def _finds_that_it_is_over(page: Page, journey: Journey) -> None:
    await save(page, "trop.tard@editeur.fr")
    await heading(page, "Votre demande de solde ne peut pas être modifiée")
    await expect(page.get_by_text("trop.tard@editeur.fr")).to_be_visible()
    await page.get_by_role("link", name="Retour au suivi").click()
    await expect(page).to_have_url(journey.url + journey.path)


async def test_a_confirmation_clicked_three_times_is_one(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await keep(page, "unique@editeur.fr")
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await heading(page, "Vérifiez vos modifications")
    await page.get_by_role("button", name="Confirmer", exact=True).click(click_count=3, no_wait_after=True)
    await heading(page, TRANSMITTED)
    assert await journey.confirmations() == 1


async def test_declining_clicked_three_times_is_one(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(f"{journey.form}/abandon")
    await page.get_by_label("J’ai échangé avec l’assistance utilisateur").check()
    await page.get_by_role("button", name="Ne pas modifier ma demande").click(click_count=3, no_wait_after=True)
    await expect(page).to_have_url(f"{journey.url}{journey.path}/accuses/{journey.modification.id}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_back_leads_back_from_every_step_and_sends_nothing_again(journey: Journey, tmp_path: Path) -> None:
    page = await journey.enter()
    await page.goto(journey.path)
    await page.get_by_role("link", name="Modifier ma demande de solde").click()
    await keep(page, "retour@editeur.fr")
    await _adds_a_document_to_it(page, document(tmp_path, "pv.pdf"))
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await heading(page, "Vérifiez vos modifications")
    posts = _posts_of(page)
    await page.go_back()
    await _holds_the_whole_draft(page)
    await page.go_forward()
    await heading(page, "Vérifiez vos modifications")
    assert posts == []
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await heading(page, TRANSMITTED)
    await _back_from_the_receipt_is_harmless(page, journey)


def _posts_of(page: Page) -> list[str]:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    return posts


async def _holds_the_whole_draft(page: Page) -> None:
    await heading(page, "Modifier ma demande de solde")
    await expect(page.get_by_label(CONTACT)).to_have_value("retour@editeur.fr")
    await expect(page.get_by_role("row", name="pv.pdf")).to_contain_text("✓ Ajouté")


async def _back_from_the_receipt_is_harmless(page: Page, journey: Journey) -> None:
    posts = _posts_of(page)
    await page.go_back()
    assert posts == []
    # Whichever page the browser has kept, going on from it leads to the one receipt.
    confirm = page.get_by_role("button", name="Confirmer", exact=True)
    if await confirm.count():
        await confirm.click()
        await heading(page, TRANSMITTED)
    else:
        await heading(page, "Votre demande de solde ne peut pas être modifiée")
    assert await journey.confirmations() == 1
