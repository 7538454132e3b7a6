"""What leads to the states that an address alone does not show: what somebody does on the page, or what befell it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import count
from urllib.parse import urljoin
from uuid import UUID

from playwright.async_api import FilePayload, Page

from tasks.demo_accounts import PASSWORD
from tests.services.portal import Portal

Prepare = Callable[[Page], Awaitable[None]]
PROGRAM = FilePayload(name="virus.exe", mimeType="application/pdf", buffer=b"MZ")
UNREADABLE = FilePayload(name="faux.pdf", mimeType="application/pdf", buffer=b"ceci n'est pas un PDF")
LIGHT = FilePayload(name="pv-test.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 " + b"0" * 100_000)
SAVE, IMPORT = "#enregistrer", "#importer"
ANOTHER = count(1)


async def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    """On the sign-in page."""
    await page.locator("#identifier").fill(account)
    await page.locator("#password").fill(password)
    await page.get_by_role("button", name="Valider").click()


async def wrong_password(page: Page) -> None:
    await sign_in(page, "poulat", "au hasard")


async def too_many_tries(page: Page) -> None:
    """Whoever this is, existing or not, waits after so many."""
    for _ in range(12):
        await sign_in(page, "quelqu'un", "au hasard")
        if await page.get_by_text("Trop de tentatives.").count():
            return
    raise AssertionError("never slowed down")


async def session_ended(page: Page) -> None:
    """The browser's session is over when the next page is asked for."""
    await forget_session(page)
    await page.reload()


async def forget_session(page: Page) -> None:
    """As if it were over: the browser shows one that nobody knows."""
    root = urljoin(page.url, "/")
    for cookie in await page.context.cookies():
        if "session" in cookie.get("name", ""):
            await page.context.add_cookies([{"name": str(cookie.get("name")), "value": "over", "url": root}])


async def forgotten_password(page: Page) -> None:
    await page.get_by_role("textbox").fill("poulat")
    await page.get_by_role("main").get_by_role("button").click()


async def save_again(page: Page) -> None:
    await page.locator(SAVE).click()


async def wrong_contact(page: Page) -> None:
    await page.locator("#contact").fill("javascript:alert(1)")
    await page.locator(SAVE).click()


async def no_type(page: Page) -> None:
    await page.locator("input[type=file]").set_input_files(LIGHT)
    await page.locator(IMPORT).click()


async def refused_file(page: Page) -> None:
    await page.locator("select").select_option("AUTRE_S")
    await page.locator("input[type=file]").set_input_files(UNREADABLE)
    await page.locator(IMPORT).click()


async def unfit_file(page: Page) -> None:
    await page.locator("select").select_option("AUTRE_S")
    await page.locator("input[type=file]").set_input_files(PROGRAM)


async def sending_file(page: Page) -> None:
    """A network so slow that the file stays on its way."""
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000}
    await network.send("Network.emulateNetworkConditions", slow)
    await _send_file(page)


async def interrupted_file(page: Page) -> None:
    await page.route("**/uploads?*", lambda route: route.abort("connectionreset"))
    await _send_file(page)


async def _send_file(page: Page) -> None:
    await page.locator("select").select_option("AUTRE_S")
    await page.locator("input[type=file]").set_input_files(LIGHT)
    await page.locator(IMPORT).click()


async def deadline_passed(page: Page) -> None:
    """What was typed arrives at a request that has been closed meanwhile."""
    address = page.url.replace("8601", "8606").partition("?")[0]
    form = page.locator("form#modification")
    await page.locator("#contact").fill("trop.tard@editeur.fr")
    await form.evaluate("(form, address) => { form.action = address; form.removeAttribute('data-hx-post') }", address)
    await form.evaluate("form => form.submit()")


async def open_documents(page: Page) -> None:
    await page.locator("summary", has_text="Pièces justificatives").click()


async def session_ended_while_typing(page: Page) -> None:
    await page.locator("#contact").fill("tape.avant@editeur.fr")
    await forget_session(page)
    await page.locator(SAVE).click()


async def typed_given_back(page: Page) -> None:
    await session_ended_while_typing(page)
    await sign_in(page, "logisante")


async def conflict(page: Page) -> None:
    """Two windows: what the other saved meanwhile is not what this one began with."""
    number = next(ANOTHER)
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.locator("#contact").fill(f"autre{number}@editeur.fr")
    await other.locator(SAVE).click()
    await other.get_by_text("Brouillon enregistré").first.wait_for()
    await other.close()
    await page.locator("#contact").fill(f"ici{number}@editeur.fr")
    await page.locator(SAVE).click()


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirmer", exact=True).click()


async def follow_receipt(page: Page) -> None:
    await page.get_by_role("link", name="Relire l'accusé de réception").first.click()


async def decline_at_once(page: Page) -> None:
    await page.get_by_role("button", name="Ne pas modifier ma demande").click()


async def send_nothing(page: Page) -> None:
    await page.get_by_role("button", name="Envoyer à l'Assistance").click()


async def from_elsewhere(page: Page) -> None:
    """A form that is not on any page of ours, as after a browser has lost where it stood."""
    address = page.url
    await page.goto("about:blank")
    await page.set_content(f'<form method="post" action="{address}"><button>Valider</button></form>')
    await page.get_by_role("button").click()


async def too_much(page: Page) -> None:
    await page.locator("#message").evaluate("field => { field.value = '0'.repeat(1200000) }")
    await send_nothing(page)


async def dark_theme(page: Page) -> None:
    await page.context.add_cookies([{"name": "affichage", "value": "dark", "url": urljoin(page.url, "/")}])
    await page.reload()


async def unreadable_import(page: Page) -> None:
    document = FilePayload(name="demande.json", mimeType="application/json", buffer=json.dumps({"a": 1}).encode())
    await page.locator("#document").set_input_files(document)
    await page.locator(IMPORT).click()


def attachment(number: int, *, scan: str = "", purged: bool = False, integrity: str = "") -> Callable[[Portal], str]:
    """The address of a document of that dossier, which is then in that state."""

    def address(portal: Portal) -> str:
        wanted = {
            "scan_status": scan,
            "purged_at": "2026-01-01 00:00:00+00:00" if purged else "",
            "integrity": integrity,
        }
        with closing(sqlite3.connect(portal.folder / "solde.sqlite3", timeout=30)) as database, database:
            found = database.execute(_FIND, (f"FINSAS00{number}", scan)).fetchone()
            for column, value in wanted.items():
                if value:
                    database.execute(f"UPDATE upload SET {column} = ? WHERE id = ?", (value, found[1]))  # noqa: S608
        return f"/pieces/{UUID(found[0])}"

    return address


def scanning(number: int, address: str) -> Callable[[Portal], str]:
    """That address, while a document of the dossier waits for the antivirus."""

    def waiting(portal: Portal) -> str:
        attachment(number, scan="PENDING")(portal)
        return address

    return waiting


# The one that is in the state already comes first.
_FIND = """
    SELECT attachment.id, upload.id FROM attachment
    JOIN upload ON upload.id = attachment.upload_id
    JOIN funding_request ON funding_request.id = attachment.request_id
    JOIN dossier ON dossier.id = funding_request.dossier_id
    WHERE dossier.number = ? ORDER BY upload.scan_status = ? DESC, attachment.id LIMIT 1
"""
