"""The second factor in a real browser: set up, asked for, given up; on a telephone, read by axe."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
from playwright.async_api import Page, expect

from resolvers.demo.accounts import PASSWORD
from tests.browser.journeys import heading
from tests.browser.test_sending import AXE, RULES
from tests.generators import wrong_code

OWN_PAGE = "/mon-compte/double-authentification"


async def test_a_second_factor_is_set_up_asked_for_and_given_up(page: Page, javascript: bool) -> None:
    await page.set_viewport_size({"width": 320, "height": 800})
    await _give_password(page)
    await heading(page, "Accueil fournisseur SAS")
    await page.goto(OWN_PAGE)
    await _reads_well(page, javascript)
    assert await page.locator("img.generator").evaluate("image => image.naturalWidth") > 100
    key = (await page.inner_text("ol.steps code")).replace(" ", "")
    await _send(page, "Activer", code=wrong_code(key, datetime.now(UTC)), current=PASSWORD)
    await expect(page.get_by_role("main")).to_contain_text("Une correction est nécessaire")
    await _reads_well(page, javascript)
    await _send(page, "Activer", code=pyotp.TOTP(key).now(), current=PASSWORD)
    await expect(page.locator(".codes code")).to_have_count(10)
    codes = await page.locator(".codes code").all_inner_texts()
    await _reads_well(page, javascript)
    await page.get_by_role("button", name="Menu").click()
    await page.click("text=Quitter")
    await expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()
    await _give_password(page)
    await heading(page, "Saisir votre code de vérification")
    await _reads_well(page, javascript)
    await _send(page, "Valider", code=codes[0])
    await heading(page, "Accueil fournisseur SAS")
    await page.goto(OWN_PAGE)
    await expect(page.get_by_role("main")).to_contain_text("9 codes de secours encore valables")
    await _send(page, "Désactiver", current=PASSWORD)
    await expect(page.get_by_role("main")).to_contain_text("La double authentification est désactivée.")


async def _give_password(page: Page) -> None:
    await page.goto("/connexion")
    await page.get_by_label("Votre identifiant").fill("logisante")
    await page.get_by_label("Votre mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Valider").click()


async def _send(page: Page, button: str, **typed: str) -> None:
    for name, value in typed.items():
        await page.fill(f"#{name}", value)
    await page.locator("main").get_by_role("button", name=button).click()


async def _reads_well(page: Page, javascript: bool) -> None:
    """Nothing wider than the telephone, and no fault that axe finds."""
    assert await page.locator("html").evaluate("document => document.scrollWidth") <= 320
    if javascript:
        await page.evaluate(AXE.read_text())
        found = await page.evaluate(f"axe.run({{ runOnly: {RULES} }})")
        assert [violation["id"] for violation in found["violations"]] == []
