"""What the hostile corpus has accepted, sent from the page, listed by it and opened: nothing of it runs."""

from __future__ import annotations

import pytest
from playwright.async_api import Dialog, FilePayload, Page, expect
from playwright.async_api import Error as BrowserError

from tests.browser.test_walk import _sign_in
from tests.corpus import images, names, office, pdfs

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with JavaScript"], indirect=True)
PAGE = "/dossiers/FINSAS008539/solde/modification"
EXECUTED = "executed"
NAMES = [case for case in names.CASES if case.code is None and set(case.kept_name) & set("<>{}';\"")]
CONTENTS = [case for family in (pdfs, images, office) for case in family.CASES if case.code is None]
# As many as one modification may add.
SENT = [*NAMES, *(case for case in CONTENTS if case.file_name != "guide.pdf" or b"/JavaScript" in case.content)][:20]


async def test_nothing_of_the_corpus_runs_in_the_browser(page: Page) -> None:
    dialogs: list[Dialog] = []
    page.context.on("dialog", lambda dialog: dialogs.append(dialog))
    await _sign_in(page)
    await page.goto(PAGE)
    await _send(page)
    for path in ("", "/verification"):
        await page.goto(PAGE + path)
        for case in SENT:
            await expect(page.get_by_text(case.kept_name).first).to_be_attached()
        assert await page.title() != EXECUTED
    for address in await _addresses(page):
        await _open(page, address)
    assert dialogs == []


async def _send(page: Page) -> None:
    files = [FilePayload(name=case.file_name, mimeType=case.declared, buffer=case.content) for case in SENT]
    await page.get_by_label("Type de pièce complémentaire :").select_option("AUTRE_S")
    await page.get_by_label("Fichier à ajouter :").set_input_files(files)
    await page.get_by_role("button", name="Importer", exact=True).click()
    await expect(page.get_by_text("✓ Ajouté")).to_have_count(len(SENT), timeout=60_000)


async def _addresses(page: Page) -> list[str]:
    """Where each document of the page is read, in place and otherwise."""
    await page.goto(PAGE)
    links = page.locator("a[href^='/pieces/']")
    found = {str(address) for address in await links.evaluate_all("all => all.map(link => link.href)")}
    assert len(found) >= len(SENT)
    return sorted(found | {address.partition("?")[0] for address in found})


async def _open(page: Page, address: str) -> None:
    """As a page of its own: a picture or a PDF is shown, all else is saved."""
    tab = await page.context.new_page()
    if "?inline" in address:
        await _go(tab, address)
    else:
        # The browser may say that it saves after it has said that it goes nowhere.
        async with tab.expect_download():
            await _go(tab, address)
    assert await tab.title() != EXECUTED
    await tab.close()


async def _go(tab: Page, address: str) -> None:
    try:
        await tab.goto(address)
    except BrowserError as error:
        assert "Download is starting" in error.message or "ERR_ABORTED" in error.message  # noqa: PT017
