"""What leads to the states that an address alone does not show: what somebody does on the page, or what befell it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from urllib.parse import urljoin

from playwright.async_api import FilePayload, Page, expect

from resolvers.demo.accounts import PASSWORD

Prepare = Callable[[Page], Awaitable[None]]
PROGRAM = FilePayload(name="virus.exe", mimeType="application/pdf", buffer=b"MZ")
UNREADABLE = FilePayload(name="faux.pdf", mimeType="application/pdf", buffer=b"ceci n'est pas un PDF")
LIGHT = FilePayload(name="pv-test.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 " + b"0" * 100_000)
SAVE, IMPORT = "#enregistrer", "#importer"
ANOTHER = count(1)
EXAMPLES = Path(__file__).parents[1] / "examples"


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
        await sign_in(page, "quelqu’un", "au hasard")
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


async def forgotten_identifier(page: Page) -> None:
    await page.get_by_role("textbox").fill("personne@editeur.example")
    await page.get_by_role("main").get_by_role("button").click()


async def save_again(page: Page) -> None:
    """What is shown then stood there before: only the answer tells that it is there anew."""
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
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


async def earlier_mails(page: Page) -> None:
    await page.locator("summary", has_text="Courriels automatiques envoyés").click()
    await page.get_by_role("link", name="Courriels plus anciens").click()


async def read_to_the_end(page: Page) -> None:
    """The history, page after page."""
    onwards = page.get_by_role("link", name="Suite de l’historique")
    while await onwards.count():
        address = page.url
        await onwards.click()
        await expect(page).not_to_have_url(address)
        await page.wait_for_load_state()


async def session_ended_while_typing(page: Page) -> None:
    await page.locator("#contact").fill("tape.avant@editeur.fr")
    await forget_session(page)
    await page.locator(SAVE).click()


async def typed_given_back(page: Page) -> None:
    await session_ended_while_typing(page)
    await sign_in(page, "logisante")


async def conflict(page: Page) -> None:
    """Two windows: what the other saved meanwhile is not what this one began with."""
    await _save_in_another_window(page, page.url)
    await page.locator("#contact").fill(f"ici{next(ANOTHER)}@editeur.fr")
    await page.locator(SAVE).click()


async def confirm_what_changed(page: Page) -> None:
    """The draft is not any more what the check page shows."""
    await _save_in_another_window(page, page.url.removesuffix("/verification"))
    await confirm(page)


async def _save_in_another_window(page: Page, address: str) -> None:
    other, contact = await page.context.new_page(), f"autre{next(ANOTHER)}@editeur.fr"
    await other.goto(address)
    await other.locator("#contact").fill(contact)
    async with other.expect_response(lambda answer: contact in (answer.request.post_data or "")):
        await other.locator(SAVE).click()
    await other.get_by_text("✓ Enregistré à").wait_for()
    await other.close()


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirmer", exact=True).click()


async def follow_receipt(page: Page) -> None:
    await page.get_by_role("link", name="Relire l’accusé de réception").first.click()
    await page.wait_for_url("**/accuses/*")


async def decline_at_once(page: Page) -> None:
    await page.get_by_role("button", name="Ne pas modifier ma demande").click()


async def send_nothing(page: Page) -> None:
    await page.get_by_role("button", name="Envoyer à l’Assistance").click()


async def send_message(page: Page) -> None:
    await page.locator("#message").fill("Le contact est celui d’avant.")
    await send_nothing(page)


async def import_another(page: Page) -> None:
    """A request that the portal did not have."""
    wanted = json.loads((EXAMPLES / "FINSAS008539.json").read_text()) | {"dossier": f"FINSAS0077{next(ANOTHER):02}"}
    document = FilePayload(name="demande.json", mimeType="application/json", buffer=json.dumps(wanted).encode())
    await page.locator("#document").set_input_files(document)
    await page.locator("#pieces").set_input_files(sorted((EXAMPLES / "pieces").iterdir()))
    await page.locator(IMPORT).click()


async def unreadable_form(page: Page) -> None:
    """What arrives is not what the browser sent."""
    await page.route("**/depot", lambda route: route.continue_(post_data=b"coupe en route"))
    await page.locator(IMPORT).click()


async def codes_too_early(page: Page) -> None:
    """New codes on paper asked for from a page that offered them before the second factor was given up."""
    await page.locator("#current").fill(PASSWORD)
    activate = page.get_by_role("main").get_by_role("button", name="Activer")
    await activate.evaluate("button => { button.value = 'renouveler' }")
    await activate.click()


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


async def choose_requests(page: Page) -> None:
    """The first two of the list, to be sent back together."""
    for box in (await page.locator("input[name=demande]").all())[:2]:
        await box.check()
    await page.get_by_role("button", name="Renvoyer les demandes choisies").click()


async def send_back_without_a_word(page: Page) -> None:
    await choose_requests(page)
    await page.get_by_role("button", name="Renvoyer ces demandes").click()


async def read_mail_of_requests(page: Page) -> None:
    await choose_requests(page)
    await read_mail(page)


async def read_mail(page: Page) -> None:
    """What sending back would send, before it does."""
    await page.locator("#comment").fill("Joignez le procès-verbal.")
    await read_mail_without_a_word(page)


async def read_mail_without_a_word(page: Page) -> None:
    await page.get_by_role("button", name="Aperçu du courriel").click()
