"""What leads to the states behind a link that was mailed, or behind a second factor, of the spare account."""

from __future__ import annotations

from itertools import count
from urllib.parse import urljoin, urlsplit

import pyotp
from playwright.async_api import Page, expect

from resolvers.demo.accounts import INVITED, PASSWORD
from tests.browser.arranged import SPARE, SPARE_MAIL
from tests.browser.preparations import sign_in

GENERATOR = "/mon-compte/double-authentification"
NEW_PASSWORD = "une phrase assez longue"
ANOTHER = count(1)


async def follow_mail(page: Page, recipient: str, subject: str, link: str) -> None:
    """Open the link of the latest such mail to this address; it may still be on its way.

    The demo's own mails were written before this portal had its port: what counts is the rest of the address.
    """
    row = page.get_by_role("row").filter(has_text=recipient).filter(has_text=subject)
    mail = row.get_by_role("link").first
    for _ in range(100):
        await page.goto(urljoin(page.url, "/courriels"))
        if await mail.count():
            break
    await mail.click()
    address = await page.locator(f"pre a[href*='{link}']").get_attribute("href")
    await page.goto(urljoin(page.url, urlsplit(address or "").path))


async def reset_link(page: Page) -> None:
    await page.locator("#identifier").fill(SPARE)
    await page.get_by_role("main").get_by_role("button").click()
    await expect(page.get_by_text("Si un compte")).to_be_visible()
    await follow_mail(page, SPARE_MAIL, "nouveau mot de passe", "/reinitialisation/")


async def reset_password(page: Page) -> None:
    await reset_link(page)
    await page.locator("#password").fill(NEW_PASSWORD)
    await page.get_by_role("main").get_by_role("button").click()


async def invitation(page: Page) -> None:
    await follow_mail(page, INVITED, "Invitation", "/invitation/")


async def new_address(page: Page) -> None:
    address = f"essai{next(ANOTHER)}@nouvel-editeur.example"
    await sign_in(page, SPARE)
    await page.goto(urljoin(page.url, "/mon-compte/adresse"))
    await page.locator("#current").fill(PASSWORD)
    await page.locator("#email").fill(address)
    await page.get_by_role("main").get_by_role("button").click()
    await follow_mail(page, address, "Confirmez", "/nouvelle-adresse/")


async def confirm_address(page: Page) -> None:
    await new_address(page)
    await page.get_by_role("button", name="Confirmer cette adresse").click()


async def recovery_codes(page: Page) -> None:
    await sign_in(page, SPARE)
    await page.goto(urljoin(page.url, GENERATOR))
    key = (await page.inner_text("ol.steps code")).replace(" ", "")
    await page.locator("#code").fill(pyotp.TOTP(key).now())
    await page.locator("#current").fill(PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Activer").click()
    await expect(page.locator(".codes code").first).to_be_visible()


async def factor_on(page: Page) -> None:
    await recovery_codes(page)
    await page.goto(urljoin(page.url, GENERATOR))


async def code_asked(page: Page) -> None:
    await recovery_codes(page)
    await _begin_again(page)


async def wrong_code(page: Page) -> None:
    await code_asked(page)
    await page.locator("#code").fill("000000")
    await page.get_by_role("main").get_by_role("button").click()


async def set_up_asked(page: Page) -> None:
    """The password is given, and the account has no generator any more: another browser gave it up."""
    await recovery_codes(page)
    kept = await page.context.storage_state()
    await _begin_again(page)
    browser = page.context.browser
    assert browser
    other = await (await browser.new_context(storage_state=kept)).new_page()
    await other.goto(urljoin(page.url, GENERATOR))
    await other.locator("#current").fill(PASSWORD)
    await other.get_by_role("main").get_by_role("button", name="Désactiver").click()
    await expect(other.get_by_text("La double authentification est désactivée.")).to_be_visible()
    await other.context.close()
    await page.goto(urljoin(page.url, "/connexion/double-authentification"))


async def _begin_again(page: Page) -> None:
    """In this browser nobody is signed in any more; the session itself goes on."""
    await page.context.clear_cookies()
    await page.goto(urljoin(page.url, "/connexion"))
    await sign_in(page, SPARE)
    await expect(page.locator("#code")).to_be_visible()
