"""`make screenshots`: the pictures of the README and of the help page, taken of the demo, in light and in dark colours,
and those of docs/managers.md.

By the Chromium that SOLDE_TEST_CHROMIUM names, and by the steps of the guide's walk.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright

from tests.browser.test_console import sign_in
from tests.browser.test_walk import _change_the_contact, _document, _import, _sign_in
from tests.services.portal import READY, Portal, start_portal
from web.captures import CAPTURES, DESK, PHONE, SCALE
from web.rendering import PICTURES

REQUEST = "/dossiers/FINSAS008539/solde"
FOLDERS = {"light": PICTURES, "dark": PICTURES / "sombre"}
MANAGERS = PICTURES.parent / "managers"
# Enough for a page of text: each picture is half as heavy as with all of them, and as sharp.
COLOURS = 128
ABOVE = 24  # pixels of the page that stay above what a picture begins with


class Album:
    """The pictures taken so far: they replace those of before all together, once every page has shown itself."""

    def __init__(self) -> None:
        self.taken: dict[Path, bytes] = {}

    async def take(self, page: Page, name: str, beginning: Locator | None = None) -> None:
        """The picture of that name, in both themes: the page from its top, or from what it begins with."""
        assert await page.locator("#contenu h1").count(), await page.content()
        assert not await page.locator(".incident").count(), await page.content()
        await page.set_viewport_size({"width": CAPTURES[name].width, "height": CAPTURES[name].height})
        await page.evaluate("document.activeElement.blur()")
        if beginning:
            await beginning.evaluate("(part, above) => scrollBy(0, part.getBoundingClientRect().top - above)", ABOVE)
        else:
            await page.evaluate("scrollTo(0, 0)")
        for scheme, folder in FOLDERS.items():
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.taken[folder / f"{name}.webp"] = _lightened(await page.screenshot())
        await page.emulate_media(color_scheme="light")

    def save(self) -> None:
        assert len(self.taken) == len(CAPTURES) * len(FOLDERS)
        for file, picture in self.taken.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(picture)


def _lightened(png: bytes) -> bytes:
    light = BytesIO()
    with Image.open(BytesIO(png)) as taken:
        flat = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        flat.convert("RGB").save(light, "WEBP", lossless=True, quality=60, method=3)
    return light.getvalue()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="solde-screenshots-") as folder:
        portal = start_portal(Path(folder), "--demo")
        try:
            _wait_for(portal)
            asyncio.run(_take_all(portal.url, Path(folder)))
        finally:
            portal.end()


def _wait_for(portal: Portal) -> None:
    """However long the demo takes to load on a busy machine."""
    while READY not in portal.output:
        if portal.process.poll() is not None:
            raise SystemExit(portal.output)
        time.sleep(0.1)


async def _take_all(url: str, folder: Path) -> None:
    album = Album()
    async with async_playwright() as playwright:
        chromium = os.environ.get("SOLDE_TEST_CHROMIUM", "/usr/bin/chromium")
        browser = await playwright.chromium.launch(executable_path=chromium)
        desk = await _context(browser, url, DESK)
        page = await desk.new_page()
        await _find_what_is_asked(page, album)
        await _modify(page, album, _document(folder, "pv-test.pdf"))
        await _on_a_phone(await _context(browser, url, PHONE), desk, album)
        await _confirm(page, album)
        await show_the_console(await _context(browser, url, 1100))
        await browser.close()
    album.save()


async def _context(browser: Browser, url: str, width: int) -> BrowserContext:
    size = {"width": width, "height": 900}
    return await browser.new_context(base_url=url, locale="fr-FR", viewport=size, device_scale_factor=SCALE)  # type: ignore[arg-type]


async def _find_what_is_asked(page: Page, album: Album) -> None:
    await page.goto("/connexion")
    await album.take(page, "connexion")
    await _sign_in(page)
    await album.take(page, "accueil")
    await page.goto(REQUEST)
    await album.take(page, "suivi")


async def _modify(page: Page, album: Album, document: Path) -> None:
    await page.goto(f"{REQUEST}/modification")
    await _change_the_contact(page)
    await album.take(page, "modification", page.get_by_role("heading", name="Informations éditables"))
    await _import(page, "MSS_RESU_TEST_TECH", document)
    await album.take(page, "pieces", page.locator("tr.changed"))
    await page.goto(f"{REQUEST}/modification/abandon")
    await album.take(page, "abandon")


async def _on_a_phone(phone: BrowserContext, desk: BrowserContext, album: Album) -> None:
    await phone.add_cookies([*await desk.cookies()])  # type: ignore[list-item]
    page = await phone.new_page()
    await page.goto(f"{REQUEST}/modification")
    await album.take(page, "modification-telephone", page.get_by_role("heading", name="Informations éditables"))


async def _confirm(page: Page, album: Album) -> None:
    await page.goto(f"{REQUEST}/modification/verification")
    await album.take(page, "verification")
    await page.get_by_role("button", name="Confirmer", exact=True).click()
    await page.get_by_role("heading", name="Vos modifications ont été transmises").wait_for()
    await album.take(page, "accuse")
    await page.goto(f"{REQUEST}/historique")
    await album.take(page, "historique")


async def show_the_console(context: BrowserContext) -> None:
    """The managers' two pictures: their console, and GraphiQL with an operation that has been executed."""
    page = await context.new_page()
    await sign_in(page)
    await page.set_viewport_size({"width": 1100, "height": 1250})
    MANAGERS.mkdir(exist_ok=True)
    (MANAGERS / "console.webp").write_bytes(_lightened(await page.screenshot()))
    await page.set_viewport_size({"width": 1100, "height": 900})
    await page.goto("/graphql?modele=une-demande&demande=FINSAS008604&nature=solde")
    await page.get_by_role("button", name="Exécuter l’opération").click()
    await page.locator(".result-window").get_by_text("versions").first.wait_for()
    await page.get_by_role("button", name="Montrer les opérations prêtes").click()
    await page.mouse.move(0, 0)
    (MANAGERS / "graphiql.webp").write_bytes(_lightened(await page.screenshot()))


if __name__ == "__main__":
    main()
