"""The whole cycle by keyboard alone: where one is can be seen at each stop of Tab, and the order is logical."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.journeys import CONTACT, PASSWORD, Journey, document, heading

# What whoever looks at the screen can tell of where they are, and how it stands to the stop before.
_STOP = """() => {
  const here = document.activeElement, before = window.stopBefore;
  if (here === document.body) { window.stopBefore = null; return null; }
  const box = here.getBoundingClientRect(), style = getComputedStyle(here);
  const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const last = before?.isConnected ? before.getBoundingClientRect() : null;
  window.stopBefore = here;
  return {
    what: `${here.outerHTML.slice(0, 120)}, after ${before?.outerHTML.slice(0, 120)}`,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
    covered: above !== null && above !== here && !here.contains(above) && !above.contains(here)
      && ![...(here.labels ?? [])].some(label => label.contains(above)),
    backwards: last !== null && Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_PRECEDING),
    upwards: last !== null && before.closest("main") !== null && box.bottom <= last.top,
  };
}"""
_MOST_STOPS = 80


async def test_the_keyboard_alone_completes_the_cycle(journey: Journey, tmp_path: Path) -> None:
    page = await journey.stranger()
    await _signs_in(page, journey)
    await _finds_what_is_asked(page)
    await _changes_the_contact(page)
    await _adds_a_document(page, document(tmp_path, "pv-clavier.pdf"))
    await _press(page, page.get_by_role("button", name="Vérifier et confirmer"), "Enter")
    await heading(page, "Vérifiez vos modifications")
    await _press(page, page.get_by_role("button", name="Confirmer", exact=True), "Space")
    await heading(page, "Vos modifications ont été transmises")
    assert await journey.confirmations() == 1


async def test_the_keyboard_alone_declines(journey: Journey) -> None:
    page = await journey.enter()
    await page.goto(journey.path)
    await _press(page, page.get_by_role("main").get_by_role("link", name="Ne pas modifier ma demande"), "Enter")
    await heading(page, "Ne pas modifier ma demande de solde")
    await _press(page, page.get_by_label("J’ai échangé avec l’assistance utilisateur"), "Space")
    await _press(page, page.get_by_role("button", name="Ne pas modifier ma demande"), "Enter")
    await expect(page).to_have_url(f"{journey.url}{journey.path}/accuses/{journey.modification.id}")


async def _signs_in(page: Page, journey: Journey) -> None:
    await page.goto("/")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Contenu", exact=True)).to_be_focused()
    await _press(page, page.get_by_role("link", name="Se connecter").first, "Enter")
    await _go(page, page.get_by_label("Votre identifiant"))
    await page.keyboard.type(journey.user.identifier)
    await _go(page, page.get_by_label("Votre mot de passe"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await heading(page, "Accueil fournisseur SAS")


async def _finds_what_is_asked(page: Page) -> None:
    await _press(page, page.get_by_role("link", name="Voir ce qui est demandé"), "Enter")
    await heading(page, "Ma demande de financement")
    await _press(page, page.get_by_role("link", name="Modifier ma demande de solde"), "Enter")
    await heading(page, "Modifier ma demande de solde")


async def _changes_the_contact(page: Page) -> None:
    await _go(page, page.get_by_label(CONTACT))
    await page.keyboard.press("Control+A")
    await page.keyboard.type("clavier@editeur.fr")
    await _press(page, page.get_by_role("button", name="Enregistrer le brouillon"), "Space")
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()


async def _adds_a_document(page: Page, file: Path) -> None:
    kind = page.get_by_label("Type de pièce complémentaire :")
    await _go(page, kind)
    chosen = await kind.locator("option").evaluate_all("all => all.findIndex(option => option.value === 'AUTRE_S')")
    for _ in range(chosen):
        await page.keyboard.press("ArrowDown")
    await expect(kind).to_have_value("AUTRE_S")
    # Asked for before the way there: a key can reach a busy page before the wish to be told of a chooser does.
    async with page.expect_file_chooser() as choosing:
        await _go(page, page.get_by_label("Fichier à ajouter :"))
        await page.keyboard.press("Space")
    await (await choosing.value).set_files(file)
    await _press(page, page.get_by_role("button", name="Importer", exact=True), "Space")
    await expect(page.get_by_role("row", name=file.name)).to_contain_text("✓ Ajouté")


async def _press(page: Page, target: Locator, key: str) -> None:
    await _go(page, target)
    await page.keyboard.press(key)


async def _go(page: Page, target: Locator) -> None:
    """Tab from where one is to what is meant; every stop on the way must be a good one."""
    await expect(target).to_be_visible()
    await page.evaluate("window.stopBefore = null")
    for _ in range(_MOST_STOPS):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(_STOP)
        if stop is not None:
            _check(stop)
            if await target.evaluate("element => element === document.activeElement"):
                return
    raise AssertionError(f"Tab does not lead to {target}")


def _check(stop: dict[str, Any]) -> None:
    assert stop["ring"], f"no ring: {stop['what']}"
    assert stop["seen"], f"out of sight: {stop['what']}"
    assert not stop["covered"], f"covered: {stop['what']}"
    assert not stop["backwards"], f"before the stop before: {stop['what']}"
    assert not stop["upwards"], f"above the stop before: {stop['what']}"
