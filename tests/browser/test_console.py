"""GraphiQL, from our own files alone, in the hands of a manager."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect


@pytest.mark.parametrize("javascript", [True])
async def test_a_manager_runs_a_ready_made_operation(page: Page) -> None:
    await page.goto("/connexion")
    await page.get_by_label("Votre identifiant").fill("gestionnaire")
    await page.get_by_label("Votre mot de passe").fill("demonstration-segur")
    await page.get_by_role("button", name="Valider").click()
    await page.goto("/console")
    await page.locator("a[href*='modele=']").first.click()
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text('"data"')
