"""What JavaScript adds to the modification page: the same answers, in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.test_walk import _document, _sign_in

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)
PAGE = "/dossiers/FINSAS008539/solde/modification"


async def test_a_form_answers_in_place(page: Page, tmp_path: Path) -> None:
    await _sign_in(page)
    await page.goto(PAGE)
    await _a_file_without_a_type_waits_for_one(page, _document(tmp_path, "pv.pdf"))
    await _three_clicks_send_one_post(page)
    await _a_removal_leaves_the_reader_among_the_documents(page)
    await _restoring_the_value_leaves_the_reader_at_its_field(page)
    await _the_address_follows_to_the_check(page)


async def _a_file_without_a_type_waits_for_one(page: Page, file: Path) -> None:
    await page.get_by_label("Fichier à ajouter :").set_input_files(file)
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_label("Type de pv.pdf")).to_be_focused()
    await expect(page.get_by_role("list", name="Fichiers choisis")).to_contain_text("Sélectionnez un type de pièce")
    await page.get_by_label("Type de pièce complémentaire :").select_option("AUTRE_S")
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_role("row", name=file.name)).to_contain_text("✓ Ajouté")


async def _three_clicks_send_one_post(page: Page) -> None:
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    await page.get_by_label("Coordonnées de contact").fill("test123@gmail.com")
    await page.locator("#enregistrer").evaluate("button => [1, 2, 3].forEach(() => button.click())")
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()
    assert len(posts) == 1


async def _a_removal_leaves_the_reader_among_the_documents(page: Page) -> None:
    await page.get_by_role("button", name="Supprimer pv.pdf").click()
    await expect(page.get_by_role("row", name="pv.pdf")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Pièces justificatives")).to_be_focused()


async def _restoring_the_value_leaves_the_reader_at_its_field(page: Page) -> None:
    contact = page.get_by_label("Coordonnées de contact")
    await page.get_by_role("button", name="Rétablir cette valeur").click()
    await expect(contact).to_be_focused()
    await expect(contact).to_have_value("pascal.breton@axyus.com")
    await contact.fill("test123@gmail.com")


async def _the_address_follows_to_the_check(page: Page) -> None:
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page).to_have_url(f"{page.url.partition('/dossiers')[0]}{PAGE}/verification")
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Modifier ma demande de solde")
    await expect(page.get_by_label("Coordonnées de contact")).to_have_value("test123@gmail.com")
