"""Sending documents by a browser with JavaScript: each on its own, over a network that fails, until it has arrived."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Locator, Page, Route, expect

from tests.browser.test_walk import _document, _sign_in

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)
PAGE = "/dossiers/FINSAS008539/solde/modification"
UPLOADS = "**/uploads?*"
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def test_documents_arrive_each_on_its_own(page: Page, tmp_path: Path) -> None:
    await _sign_in(page)
    await page.goto(PAGE)
    await _what_cannot_be_accepted_is_said_before_it_is_sent(page, tmp_path)
    await _two_files_of_two_types_come_by_one_press(page, tmp_path)
    await _what_arrived_stays_when_another_is_refused(page, tmp_path)
    await _dropped_files_are_chosen_files(page)
    await _going_on_to_the_check_waits_for_the_file(page, tmp_path)


async def test_documents_arrive_over_a_network_that_fails(page: Page, tmp_path: Path) -> None:
    await _sign_in(page)
    await page.goto(PAGE)
    await _a_connection_that_drops_is_tried_again(page, tmp_path)
    await _a_service_that_is_away_is_tried_again(page, tmp_path)
    await _what_something_on_the_way_answers_is_tried_again(page, tmp_path)
    await _a_phone_that_loses_its_network_half_way_goes_on_when_it_is_back(page, tmp_path)
    await _one_is_cancelled_while_the_other_goes_on(page, tmp_path)
    await _a_session_that_ended_loses_no_choice(page, tmp_path)


async def _what_cannot_be_accepted_is_said_before_it_is_sent(page: Page, folder: Path) -> None:
    sent = _uploads_of(page)
    (folder / "vide.pdf").touch()
    (folder / "immense.pdf").touch()
    os.truncate(folder / "immense.pdf", 21 * 1024 * 1024)
    (folder / "virus.exe").write_bytes(b"MZ")
    await _choose(page, "AUTRE_S", folder / "immense.pdf", folder / "vide.pdf", folder / "virus.exe")
    await expect(_row(page, "immense.pdf")).to_contain_text("pèse 21\u00a0Mo. La taille maximale est de 20\u00a0Mo.")
    await expect(_row(page, "vide.pdf")).to_contain_text("est vide.")
    await expect(_row(page, "virus.exe")).to_contain_text(
        "n’est pas un fichier accepté. Formats acceptés\u00a0: PDF, PNG, "
    )
    await _press(page)
    await expect(page.get_by_label("Type de immense.pdf")).to_be_focused()
    await page.locator("#verifier").click()
    await expect(_row(page, "immense.pdf")).to_contain_text("Pour continuer sans ce fichier, retirez-le.")
    await expect(page.locator("#envois-dits")).to_contain_text("« immense.pdf »".replace(" ", "\u00a0"))
    await expect(page.get_by_label("Type de immense.pdf")).to_be_focused()
    await _nothing_hinders_anybody(page)
    for name in ("immense.pdf", "vide.pdf", "virus.exe"):
        await page.get_by_role("button", name=f"Retirer {name}").click()
    await expect(_chosen(page)).to_have_count(0)
    await expect(page.get_by_role("heading", name="Pièces justificatives")).to_be_focused()
    assert sent == []


async def _two_files_of_two_types_come_by_one_press(page: Page, folder: Path) -> None:
    sent = _uploads_of(page)
    await _choose(page, "AUTRE_S", _document(folder, "un.pdf"), _document(folder, "deux.pdf"))
    await page.get_by_label("Type de deux.pdf").select_option("MSS_RESU_TEST_TECH")
    contact = page.get_by_label("Coordonnées de contact")
    await page.locator("#importer").evaluate("button => [1, 2, 3].forEach(() => button.click())")
    await contact.fill("test123@gmail.com")
    await expect(_row(page, "un.pdf")).to_contain_text("AUTRE_S")
    await expect(_row(page, "deux.pdf")).to_contain_text("MSS_RESU_TEST_TECH")
    await expect(_chosen(page)).to_have_count(0)
    await expect(contact).to_be_focused()
    await expect(contact).to_have_value("test123@gmail.com")
    await expect(page.locator("#envois-dits")).to_contain_text("a été ajouté au brouillon.")
    await expect(page.locator("#brouillon")).to_contain_text("2 pièces ajoutées")
    assert len(sent) == 2


async def _what_arrived_stays_when_another_is_refused(page: Page, folder: Path) -> None:
    (folder / "faux.pdf").write_bytes(b"ceci n'est pas un PDF")
    await _choose(page, "AUTRE_S", folder / "faux.pdf", _document(folder, "trois.pdf"))
    await _press(page)
    await expect(_added(page, "trois.pdf")).to_be_visible()
    await expect(_row(page, "faux.pdf")).to_contain_text("n’est pas un PDF lisible")
    await expect(page.get_by_role("button", name="Réessayer faux.pdf")).to_be_visible()
    await page.get_by_role("button", name="Retirer faux.pdf").click()


async def _dropped_files_are_chosen_files(page: Page) -> None:
    await page.locator(".deposit").evaluate(
        """zone => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["%PDF-"], "lâché.pdf"));
            zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }"""
    )
    await page.get_by_role("button", name="Retirer lâché.pdf").click()
    await expect(_chosen(page)).to_have_count(0)


async def _going_on_to_the_check_waits_for_the_file(page: Page, folder: Path) -> None:
    await _choose(page, "AUTRE_S", _document(folder, "quatre.pdf"))
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos modifications")
    await expect(page.get_by_role("main")).to_contain_text("quatre.pdf")
    await expect(page.get_by_role("main")).to_contain_text("test123@gmail.com")


async def _a_connection_that_drops_is_tried_again(page: Page, folder: Path) -> None:
    await page.route(UPLOADS, lambda route: route.abort("connectionreset"))
    await _choose(page, "AUTRE_S", _document(folder, "coupure.pdf"))
    await _press(page)
    # Each pause is longer than the one before: whoever looks late sees a later one.
    await expect(_row(page, "coupure.pdf")).to_contain_text("a été interrompu. Nouvel essai dans")
    await page.unroute(UPLOADS)
    await expect(_added(page, "coupure.pdf")).to_be_visible()


async def _a_service_that_is_away_is_tried_again(page: Page, folder: Path) -> None:
    # Not before an hour, says the service; its user need not wait so long.
    await page.route(UPLOADS, lambda route: route.fulfill(status=429, headers={"Retry-After": "3600"}), times=1)
    await _choose(page, "AUTRE_S", _document(folder, "panne.pdf"))
    await _press(page)
    await page.get_by_role("button", name="Réessayer panne.pdf").click()
    await expect(_added(page, "panne.pdf")).to_be_visible()


async def _what_something_on_the_way_answers_is_tried_again(page: Page, folder: Path) -> None:
    await page.route(UPLOADS, lambda route: route.fulfill(body="<h1>Le Wi-Fi du train</h1>"), times=1)
    await _choose(page, "AUTRE_S", _document(folder, "captif.pdf"))
    await _press(page)
    await expect(_added(page, "captif.pdf")).to_be_visible()


async def _a_phone_that_loses_its_network_half_way_goes_on_when_it_is_back(page: Page, folder: Path) -> None:
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    await network.send("Network.emulateNetworkConditions", slow)
    await _choose(page, "AUTRE_S", _document(folder, "train.pdf", padding=1_000_000))
    await _press(page)
    await expect(_row(page, "train.pdf").get_by_role("progressbar")).not_to_have_js_property("value", 0)
    await network.send("Network.emulateNetworkConditions", slow | {"offline": True})
    await expect(_row(page, "train.pdf")).to_contain_text("Nouvel essai au retour du réseau.")
    await network.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    await expect(_added(page, "train.pdf")).to_be_visible()
    await network.detach()


async def _one_is_cancelled_while_the_other_goes_on(page: Page, folder: Path) -> None:
    held: list[Route] = []
    await page.route(UPLOADS, lambda route: held.append(route))
    await _choose(page, "AUTRE_S", _document(folder, "garde.pdf"), _document(folder, "erreur.pdf"))
    await _press(page)
    await _nothing_hinders_anybody(page)
    await _leaving_is_asked_about(page)
    await page.get_by_role("button", name="Annuler erreur.pdf").click()
    await expect(_row(page, "erreur.pdf")).to_have_count(0)
    await next(route for route in held if route.request.headers["x-file-name"] == "garde.pdf").continue_()
    await page.unroute(UPLOADS)
    await expect(_added(page, "garde.pdf")).to_be_visible()
    await expect(page.get_by_text("erreur.pdf", exact=True)).to_have_count(0)


async def _leaving_is_asked_about(page: Page) -> None:
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.once("dialog", stay)
    async with page.expect_event("dialog"):
        await page.get_by_role("link", name="Retour au suivi").click(no_wait_after=True)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Modifier ma demande de solde")
    assert asked == ["beforeunload"]


async def _nothing_hinders_anybody(page: Page) -> None:
    """No fault that axe finds against WCAG 2.2 AA, in either theme."""
    await page.evaluate(AXE.read_text())
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found = await page.evaluate(f"axe.run({{ runOnly: {RULES} }})")
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []


async def _a_session_that_ended_loses_no_choice(page: Page, folder: Path) -> None:
    session = await page.context.storage_state()
    await page.context.clear_cookies()
    await _choose(page, "AUTRE_S", _document(folder, "tard.pdf"))
    await _press(page)
    await expect(_row(page, "tard.pdf")).to_contain_text("Votre session a expiré.")
    await page.context.set_storage_state(session)
    await page.get_by_role("button", name="Réessayer tard.pdf").click()
    await expect(_added(page, "tard.pdf")).to_be_visible()


async def _choose(page: Page, kind: str, *files: Path) -> None:
    await page.get_by_label("Type de pièce complémentaire :").select_option(kind)
    await page.get_by_label("Fichier à ajouter :").set_input_files(files)


async def _press(page: Page) -> None:
    await page.get_by_role("button", name="Importer", exact=True).click()


def _chosen(page: Page) -> Locator:
    return page.locator("#envois > li")


def _row(page: Page, name: str) -> Locator:
    """What the page shows of that file, chosen or added."""
    return page.locator("#envois > li, tbody tr").filter(has_text=name)


def _added(page: Page, name: str) -> Locator:
    return page.get_by_role("row", name=f"{name} ✓ Ajouté")


def _uploads_of(page: Page) -> list[str]:
    """The addresses that documents are sent to, from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/uploads" in request.url else None)
    return sent
