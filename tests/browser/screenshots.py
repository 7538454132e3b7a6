"""`make screenshots`: the pictures of the README, taken of the demo by the Chromium that SOLDE_TEST_CHROMIUM names."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.services.portal import start_portal

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
REQUEST = "/dossiers/FINSAS008539/solde"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="solde-screenshots-") as folder:
        portal = start_portal(Path(folder), "--demo")
        try:
            portal.wait_until_ready()
            _take(portal.url)
        finally:
            portal.end()


def _take(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("SOLDE_TEST_CHROMIUM", "/usr/bin/chromium"))
        desk = browser.new_context(base_url=url, locale="fr-FR", viewport={"width": 1200, "height": 900})
        page = desk.new_page()
        _sign_in(page)
        page.goto(REQUEST)
        page.screenshot(path=FOLDER / "suivi.png")
        phone = browser.new_context(
            base_url=url, locale="fr-FR", viewport={"width": 390, "height": 844}, storage_state=desk.storage_state()
        ).new_page()
        phone.goto(f"{REQUEST}/modification")
        phone.get_by_label("Coordonnées de contact").fill("test123@gmail.com")
        phone.get_by_role("button", name="Enregistrer le brouillon").click()
        changed = phone.get_by_text("✓ Modifié")
        changed.wait_for()
        changed.evaluate("mark => scrollTo(0, mark.getBoundingClientRect().top + scrollY - 260)")
        phone.screenshot(path=FOLDER / "modification-telephone.png")
        browser.close()


def _sign_in(page: Page) -> None:
    page.goto("/connexion")
    page.get_by_label("Votre identifiant").fill("poulat")
    page.get_by_label("Votre mot de passe").fill("demonstration-segur")
    page.get_by_role("button", name="Valider").click()
    page.wait_for_url("/")


if __name__ == "__main__":
    main()
