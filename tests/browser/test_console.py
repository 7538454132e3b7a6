"""The console and GraphiQL, from our own files alone, in the hands of a manager: on the demo, every operation works."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import started
from tests.services.portal import Portal
from web.ready_made import READY_MADE

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)
# Of the page's own policy; the fixture of `page` sees to requests that would leave and to errors.
WATCH = """
  window.stopped = [];
  addEventListener('securitypolicyviolation', event => stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
BEGUN = re.compile('"(data|errors)"')
EXECUTE = "Exécuter l’opération"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Portal]:
    """One portal for this whole file: what the last test does to it stands in no other's way."""
    with started(tmp_path_factory.mktemp("console"), furnished) as portal:
        yield portal


async def sign_in(page: Page) -> None:
    """The demo's manager, on the console."""
    await page.add_init_script(WATCH)
    await page.goto("/connexion")
    await page.get_by_label("Votre identifiant").fill("gestionnaire")
    await page.get_by_label("Votre mot de passe").fill("demonstration-segur")
    await page.get_by_role("button", name="Valider").click()
    await page.wait_for_url("**/console")


async def _run(page: Page) -> dict[str, Any]:
    """Execute what stands in front; the answer."""
    await page.get_by_role("button", name=EXECUTE).click()
    result = page.locator(".result-window .CodeMirror")
    await expect(result).to_contain_text(BEGUN)
    answer: dict[str, Any] = json.loads(await result.evaluate("place => place.CodeMirror.getValue()"))
    return answer


async def test_the_editor_speaks_french_and_shows_the_documentation_the_explorer_and_the_history(page: Page) -> None:
    await sign_in(page)
    await page.goto("/graphql")
    await _run(page)
    for plugin, shown in (
        ("Montrer la documentation", "Types de départ"),
        ("Montrer l’historique", "DemandesAInstruire"),
        ("Montrer l’explorateur", "requests"),
        ("Montrer les opérations prêtes", "Demander une modification"),
    ):
        await page.get_by_role("button", name=plugin).click()
        await expect(page.locator(".graphiql-plugin")).to_contain_text(shown)
    for dialog in ("Réglages", "Raccourcis du clavier"):
        await page.get_by_role("button", name=dialog).click()
        await expect(page.get_by_role("dialog")).to_contain_text(dialog)
        await expect(page.get_by_role("dialog")).not_to_contain_text("Shift")
        await page.get_by_role("button", name="Fermer").click()
    assert await page.evaluate("stopped") == []


async def test_a_chosen_request_fills_in_what_is_opened(page: Page) -> None:
    await sign_in(page)
    await page.goto("/dossiers/FINSAS008603/solde")
    await page.get_by_role("link", name="Opérations prêtes pour cette demande").click()
    await page.get_by_role("link", name="Ouvrir dans GraphiQL : Une demande et ses versions").click()
    answer = await _run(page)
    [shown] = answer["data"]["requests"]["nodes"]
    assert shown["dossier"]["number"] == "FINSAS008603"


async def test_the_mail_is_read_before_and_what_was_typed_goes_along_to_graphiql(page: Page) -> None:
    await sign_in(page)
    await page.get_by_role("link", name="Aperçu du courriel d’une demande de modification").click()
    await page.get_by_label("Numéro de dossier :").fill("finsas008609")
    await page.get_by_label("Commentaire pour le fournisseur :").fill("Joignez le « procès-verbal » <signé>.")
    await page.get_by_label("Coordonnées de contact").check()
    await page.get_by_role("button", name="Aperçu du courriel").click()
    await expect(page.locator(".mail")).to_contain_text("Joignez le « procès-verbal » <signé>.")
    await page.get_by_role("link", name="Ouvrir dans GraphiQL pour l’envoyer").click()
    answer = await _run(page)
    assert answer["data"]["requestModification"]["__typename"] == "RequestModificationSuccess"


async def test_an_operation_is_copied(page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await sign_in(page)
    await page.get_by_role("button", name="Copier : Valider une demande").click()
    await expect(page.get_by_role("status").get_by_text("Copié")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == next(each.text for each in READY_MADE if each.name == "valider")


async def test_the_console_is_read_on_the_narrowest_phone(page: Page) -> None:
    await sign_in(page)
    await page.set_viewport_size({"width": 320, "height": 640})
    for address in ("/console", "/console/apercu", "/graphql"):
        await page.goto(address)
        await expect(page.get_by_role("main" if address != "/graphql" else "banner")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, address


async def test_every_ready_made_operation_works_when_it_is_opened_and_run(page: Page) -> None:
    await sign_in(page)
    for operation in READY_MADE:
        await page.goto(f"/graphql?modele={operation.name}")
        answer = await _run(page)
        assert "errors" not in answer, (operation.name, answer)
        [told] = answer["data"].values() if operation.writes else [{}]
        assert told.get("__typename", "Success").endswith("Success"), (operation.name, answer)
        assert await page.evaluate("stopped") == [], operation.name
    names = await page.locator(".graphiql-tab").all_inner_texts()
    assert len(names) == len(READY_MADE)
    assert all(name.isalpha() for name in names), names
