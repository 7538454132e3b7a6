"""The guide's walk, by the keyboard and mouse of a supplier: from the portal's door to the history of the request."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

PASSWORD = "demonstration-segur"
EXAMPLE = Path(__file__).parents[1] / "examples/pieces/decision-attribution-finsas008539.pdf"


async def test_a_supplier_corrects_the_request_of_the_guide(page: Page, tmp_path: Path) -> None:
    await _sign_in(page)
    await _find_what_is_asked(page)
    await _mistype_the_contact(page)
    await _change_the_contact(page)
    await _import_delete_and_import_again(page, _document(tmp_path, "erreur.pdf"), _document(tmp_path, "pv-test.pdf"))
    await _check_and_confirm(page)
    await _read_what_happened(page)


async def _sign_in(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name="Se connecter").first.click()
    await page.get_by_label("Votre identifiant").fill("poulat")
    await page.get_by_label("Votre mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Valider").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Accueil fournisseur SAS")


async def _find_what_is_asked(page: Page) -> None:
    await page.goto("/dossiers/FINSAS008539/solde")
    await expect(page.get_by_text("Votre demande de solde nécessite des modifications de votre part.")).to_be_visible()
    await page.get_by_role("link", name="Modifier ma demande de solde").click()
    await expect(page.get_by_text("test modif")).to_be_visible()


async def _mistype_the_contact(page: Page) -> None:
    contact = page.get_by_label("Coordonnées de contact")
    await contact.fill("javascript:alert(1)")
    await page.get_by_role("button", name="Enregistrer le brouillon").click()
    await expect(contact).to_have_attribute("aria-invalid", "true")
    await expect(contact).to_have_value("javascript:alert(1)")


async def _change_the_contact(page: Page) -> None:
    await page.get_by_label("Coordonnées de contact").fill("test123@gmail.com")
    await page.get_by_role("button", name="Enregistrer le brouillon").click()
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()
    await expect(page.get_by_text("Valeur avant modification : pascal.breton@axyus.com")).to_be_visible()


async def _import_delete_and_import_again(page: Page, mistake: Path, right: Path) -> None:
    await _import(page, "AUTRE_S", mistake)
    await page.get_by_role("button", name=f"Supprimer {mistake.name}").click()
    await expect(page.get_by_role("row", name=mistake.name)).to_have_count(0)
    await _import(page, "MSS_RESU_TEST_TECH", right)


async def _import(page: Page, kind: str, file: Path) -> None:
    await page.get_by_label("Type de pièce complémentaire :").select_option(kind)
    await page.get_by_label("Fichier à ajouter :").set_input_files(file)
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_role("row", name=file.name)).to_contain_text("✓ Ajouté")


async def _check_and_confirm(page: Page) -> None:
    await page.get_by_role("button", name="Vérifier et confirmer").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos modifications")
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vos modifications ont été transmises")


async def _read_what_happened(page: Page) -> None:
    await page.get_by_role("link", name="Retour au suivi").click()
    await expect(page.get_by_role("definition").filter(has_text="en cours")).to_be_visible()
    await expect(page.get_by_text("Courriels automatiques envoyés (2, dernier le")).to_be_visible()
    await page.get_by_role("link", name="Historique").click()
    await expect(page.locator("ins").first).to_contain_text("test123@gmail.com")


def _document(folder: Path, name: str, padding: int = 0) -> Path:
    """A document of its own, as heavy as wanted: the same bytes twice would be the same document."""
    file, comment = folder / name, f"% {name} ".encode() + b"0" * padding
    file.write_bytes(EXAMPLE.read_bytes().replace(b"startxref", comment + b"\nstartxref"))
    return file
