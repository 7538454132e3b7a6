"""What is typed when the session ends, the delay ends or the network goes is never lost: it comes back, or stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Page, Route, expect

from models import Attachment
from tests.browser.journeys import CONTACT, Journey, document, heading, keep, save

TYPED = "Écrit pendant que la session se terminait."
_SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
BACK_AGAIN = "ce que vous aviez saisi est de nouveau dans la page"


async def test_a_contact_typed_when_the_session_ended_comes_back(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await journey.end_sessions()
    await save(page, "apres.la.session@editeur.fr")
    await _signs_in_where_it_is(journey, page)
    await expect(page.get_by_label(CONTACT)).to_have_value("apres.la.session@editeur.fr")
    await expect(page.get_by_text("✓ Modifié")).to_have_count(0)
    await page.get_by_role("button", name="Enregistrer le brouillon").click()
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()
    await expect(page.get_by_text(BACK_AGAIN)).to_have_count(0)


async def _signs_in_where_it_is(journey: Journey, page: Page) -> None:
    """The answer is the sign-in itself, after which the page that was being edited is there, in its own address."""
    address = page.url.partition("?")[0]
    await heading(page, "Accéder à mon espace personnel")
    await expect(page.get_by_role("main")).to_contain_text("Votre session a expiré.")
    await journey.sign_in_again(page)
    await expect(page.get_by_text(BACK_AGAIN)).to_be_visible()
    assert page.url.partition("?")[0] == address
    assert "saisie" not in page.url


@pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)
async def test_what_a_page_says_by_itself_takes_it_from_nobody(journey: Journey) -> None:
    page = await journey.enter()
    await page.route("**/modification", lambda route: _when_nobody_is_signed_in(journey, route))
    async with page.expect_response(lambda response: response.status == 401) as refused:
        # That the comment is on the screen.
        await page.goto(journey.form)
    await (await refused.value).finished()
    await page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    await page.get_by_label(CONTACT).fill("en.train.d.ecrire@editeur.fr")
    await heading(page, "Modifier ma demande de solde")


async def _when_nobody_is_signed_in(journey: Journey, route: Route) -> None:
    if route.request.headers.get("hx-request"):
        await journey.end_sessions()
    await route.continue_()


async def test_files_are_asked_for_again(journey: Journey, tmp_path: Path) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await page.get_by_label(CONTACT).fill("avec.un.fichier@editeur.fr")
    await page.get_by_label("Fichier à ajouter :").set_input_files(document(tmp_path, "pv.pdf"))
    await journey.end_sessions()
    await page.get_by_role("button", name="Enregistrer le brouillon").click()
    await _signs_in_where_it_is(journey, page)
    await expect(page.get_by_role("main")).to_contain_text("choisissez-les de nouveau")
    await expect(page.get_by_label(CONTACT)).to_have_value("avec.un.fichier@editeur.fr")


@pytest.mark.parametrize(
    ("page_name", "label", "button"),
    [
        ("/modification/verification", "Un mot pour le gestionnaire", "Confirmer"),
        ("/modification/abandon", "Un mot pour le gestionnaire", "Ne pas modifier ma demande"),
        ("/assistance", "Votre message :", "Envoyer à l’Assistance"),
    ],
    ids=["the check page", "declining", "the Assistance"],
)
async def test_words_typed_when_the_session_ended_come_back(
    journey: Journey, page_name: str, label: str, button: str
) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await keep(page, "brouillon@editeur.fr")
    await page.goto(journey.path + page_name)
    await page.get_by_label(label).fill(TYPED)
    if page_name.endswith("abandon"):
        await page.get_by_label("J’ai échangé avec l’assistance utilisateur").check()
    await journey.end_sessions()
    await page.get_by_role("button", name=button, exact=True).click()
    await _signs_in_where_it_is(journey, page)
    await expect(page.get_by_label(label)).to_have_value(TYPED)
    if page_name.endswith("abandon"):
        await expect(page.get_by_label("J’ai échangé avec l’assistance utilisateur")).to_be_checked()
    assert await journey.confirmations() == 0


async def test_the_delay_that_ends_while_one_types_leaves_the_text_to_be_copied(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await page.get_by_label(CONTACT).fill("trop.tard@editeur.fr")
    await journey.let_the_delay_end()
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await heading(page, "Votre demande de solde ne peut pas être modifiée")
    await expect(page.get_by_role("alert").filter(has_text="Le délai de modification est dépassé")).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("trop.tard@editeur.fr")
    await page.get_by_role("link", name="Signaler une erreur ou un oubli").click()
    await heading(page, "Signaler une erreur ou un oubli")


async def test_the_delay_that_ends_before_confirming_sends_nothing(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await keep(page, "presque@editeur.fr")
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await page.get_by_label("Un mot pour le gestionnaire").fill(TYPED)
    await journey.let_the_delay_end()
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await heading(page, "Votre demande de solde ne peut pas être modifiée")
    await expect(page.get_by_role("main")).to_contain_text(TYPED)
    assert await journey.confirmations() == 0


async def test_a_post_that_never_arrived_arrives_when_the_network_is_back(journey: Journey, javascript: bool) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await page.get_by_label(CONTACT).fill("tunnel@editeur.fr")
    await page.context.set_offline(True)
    await _press_in_vain(page)
    if javascript:
        await expect(page.get_by_role("alert").filter(has_text="Le service n’a pas répondu.")).to_be_visible()
        await expect(page.get_by_label(CONTACT)).to_have_value("tunnel@editeur.fr")
    await page.context.set_offline(False)
    if javascript:
        await page.get_by_role("button", name="Réessayer").press("Enter")
        await expect(page.get_by_role("button", name="Réessayer")).to_have_count(0)
        await expect(page.get_by_role("button", name="Enregistrer le brouillon")).to_be_focused()
    else:
        # The browser's own page of the failure holds what was to be sent.
        await page.reload()
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()
    await expect(page.get_by_label(CONTACT)).to_have_value("tunnel@editeur.fr")


async def test_a_connection_that_drops_in_the_middle_of_an_upload_still_leads_to_the_receipt(
    journey: Journey, javascript: bool, tmp_path: Path
) -> None:
    page = await journey.enter()
    await page.goto(journey.form)
    await page.get_by_label("Type de pièce complémentaire :").select_option("AUTRE_S")
    await page.get_by_label("Fichier à ajouter :").set_input_files(document(tmp_path, "pv-train.pdf", 1_000_000))
    network = await page.context.new_cdp_session(page)
    await network.send("Network.emulateNetworkConditions", _SLOW)
    await (_drops_and_comes_back if javascript else _fails_and_is_sent_again)(page, network)
    await heading(page, "Vérifiez vos modifications")
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await heading(page, "Vos modifications ont été transmises")
    await expect(page.get_by_role("main")).to_contain_text("pv-train.pdf")
    assert await journey.confirmations() == 1
    assert await Attachment.filter(request=journey.request, upload__file_name="pv-train.pdf").count() == 1


async def _drops_and_comes_back(page: Page, network: CDPSession) -> None:
    """One press sends the file, sends it again when the network is back, and leads on to the check."""
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    row = page.locator("#envois > li")
    await expect(row.get_by_role("progressbar")).not_to_have_js_property("value", 0)
    await network.send("Network.emulateNetworkConditions", _SLOW | {"offline": True})
    await expect(row).to_contain_text("a été interrompu. Nouvel essai au retour du réseau.")
    await network.send("Network.emulateNetworkConditions", _SLOW | {"uploadThroughput": -1})


async def _fails_and_is_sent_again(page: Page, network: CDPSession) -> None:
    """The browser's own page of the failure holds what was to be sent, the file with it."""
    async with page.expect_event("requestfailed"):
        async with page.expect_event("request"):
            await page.get_by_role("button", name="Importer", exact=True).click(no_wait_after=True)
        await network.send("Network.emulateNetworkConditions", _SLOW | {"offline": True})
    await network.send("Network.emulateNetworkConditions", _SLOW | {"uploadThroughput": -1})
    await page.reload()
    await expect(page.get_by_role("row", name="pv-train.pdf")).to_contain_text("✓ Ajouté")
    await page.get_by_role("button", name="Vérifier et confirmer").click()


async def _press_in_vain(page: Page) -> None:
    async with page.expect_event("requestfailed"):
        await page.get_by_role("button", name="Enregistrer le brouillon").click(no_wait_after=True)
