"""A page on another port of this machine, in the browser of somebody signed in: nothing that it tries is done.

Ports make no other site: SameSite lets the cookies through, and only our own proof of origin stands in the way.
"""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from models import Session
from resolvers.accounts import digest
from tests.factories import make_request, make_supplier, make_user, send_back
from tests.security.test_wire import log_of
from tests.services.portal import wait_until
from tests.services.web_process import Launch, WebProcess

DRAFT = "/dossiers/FINSAS008539/solde/modification"

# What a page may send without asking first, and what it must ask for.
SENT_BY_SCRIPT = """async portal => {
  const mutation = JSON.stringify({query: 'mutation { markPaid(input: {requestId: "x"}) { __typename } }'});
  const form = new FormData(); form.append('affichage', 'dark');
  const file = new FormData(); file.append('file', new Blob(['%PDF-1.4']), 'a.pdf');
  const text = {method: 'POST', mode: 'no-cors', credentials: 'include', headers: {'Content-Type': 'text/plain'}};
  const plain = {method: 'POST', mode: 'no-cors', credentials: 'include'};
  const json = {method: 'POST', credentials: 'include', headers: {'Content-Type': 'application/json'}, body: mutation};
  const reading = encodeURIComponent('{ viewer { name } }');
  const tried = [
    fetch(portal + '/graphql', {...text, body: mutation}),
    fetch(portal + '/graphql', {...plain, body: new URLSearchParams({query: '{ viewer { name } }'})}),
    fetch(portal + '/graphql', {...plain, body: form}),
    fetch(portal + '/graphql?query=' + reading, {mode: 'no-cors', credentials: 'include'}),
    fetch(portal + '/graphql?query=' + reading, {credentials: 'include'}),
    fetch(portal + '/graphql', json),
    fetch(portal + '/uploads', {...plain, body: file}),
    fetch(portal + '/uploads?name=a.pdf', {...text, body: '%PDF-1.4'}),
    fetch(portal + '/mon-compte', {...plain, body: form}),
    fetch(portal + '/deconnexion', plain),
    fetch(portal + '/mon-compte', {method: 'DELETE', credentials: 'include'}),
    fetch(portal + '/demandes', {credentials: 'include'}),
  ];
  navigator.sendBeacon(portal + '/deconnexion', 'x=y');
  return (await Promise.allSettled(tried)).map(
    each => each.status === 'rejected' ? 'kept away' : each.value.type === 'opaque' ? 'unreadable' : 'READ');
}"""
FORMS: list[tuple[str, str, dict[str, str]]] = [
    ("/deconnexion", "application/x-www-form-urlencoded", {}),
    ("/connexion", "application/x-www-form-urlencoded", {"identifier": "gestionnaire", "password": "x"}),
    ("/mon-compte", "multipart/form-data", {"affichage": "dark"}),
    ("/graphql", "text/plain", {'{"query": "mutation { x }", "a': '"}'}),
    (DRAFT, "multipart/form-data", {"contact": "evil@evil.example"}),
]


class _Elsewhere(BaseHTTPRequestHandler):
    """The other site: one empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>ailleurs</title>")

    def log_message(self, *_given: Any) -> None:
        """Says nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of another server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
async def victim(chromium: Browser, db: str, launch_web: Launch) -> AsyncIterator[tuple[WebProcess, Page]]:
    """The portal, and the browser of a supplier who is signed in there."""
    now = datetime.now(UTC)
    supplier = await make_supplier()
    user = await make_user(supplier)
    await send_back(await make_request(supplier, number="FINSAS008539"), as_of=now)
    times: dict[str, Any] = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(hours=1)}
    await Session.create(digest=digest("secret"), user=user, **times)
    web = launch_web()
    context = await chromium.new_context(base_url=web.url, locale="fr-FR")
    # As the portal itself leaves it.
    cookie: Any = {"name": "session", "value": "secret", "url": web.url, "httpOnly": True, "sameSite": "Lax"}
    await context.add_cookies([cookie])
    yield web, await context.new_page()
    await context.close()


async def test_another_site_changes_nothing_and_reads_nothing(victim: tuple[WebProcess, Page], elsewhere: str) -> None:
    portal, page = victim
    await page.goto(DRAFT)
    contact = await page.get_by_label("Coordonnées de contact").input_value()

    await page.goto(elsewhere)
    told = await page.evaluate(SENT_BY_SCRIPT, portal.url)
    # What was answered all the same is kept from the page: no resource of ours is another site's.
    assert set(told) == {"kept away"}
    refused = {("GET", "/graphql")}
    refused |= {("POST", path) for path in ("/graphql", "/uploads", "/mon-compte", "/deconnexion")}
    # The answer may be here before its line is in the log.
    wait_until(lambda: refused <= set(re.findall(r"method=(\w+) path=(\S+) status=403", log_of(portal))))

    for path, encoding, fields in FORMS:
        await _post(page, elsewhere, portal.url + path, encoding, dict(fields))
    await _is_kept_out_of_a_frame(page, elsewhere, portal.url)

    await page.goto(DRAFT)
    await expect(page.get_by_label("Coordonnées de contact")).to_have_value(contact)
    await page.goto("/mon-compte")
    await expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


async def _post(page: Page, elsewhere: str, address: str, encoding: str, fields: dict[str, str]) -> None:
    """A form of the other page that submits itself, in the window itself."""
    await page.goto(elsewhere)
    submit = """([address, encoding, fields]) => {
      const form = Object.assign(document.createElement('form'), {method: 'post', action: address, enctype: encoding});
      for (const [name, value] of Object.entries(fields))
        form.append(Object.assign(document.createElement('input'), {name, value}));
      document.body.append(form);
      form.submit();
    }"""
    async with page.expect_navigation() as arrived:
        await page.evaluate(submit, [address, encoding, fields])
    answer = await arrived.value
    assert answer is not None
    assert (answer.status, answer.url) == (403, address)


async def _is_kept_out_of_a_frame(page: Page, elsewhere: str, portal: str) -> None:
    """Neither a frame nor a window that it opened lets the other page see or touch ours."""
    await page.goto(elsewhere)
    framed = """portal => new Promise(told => {
      const frame = Object.assign(document.createElement('iframe'), {src: portal + '/demandes'});
      frame.onload = () => { try { told(frame.contentDocument.title) } catch { told('kept out') } };
      document.body.append(frame);
    })"""
    assert await page.evaluate(framed, portal) == "kept out"
    assert "Accueil" not in (await page.frames[-1].content())
    async with page.context.expect_page() as opened:
        await page.evaluate("portal => { window.ours = window.open(portal + '/demandes') }", portal)
    window = await opened.value
    await window.wait_for_load_state()
    assert await window.evaluate("window.opener") is None
    assert await page.evaluate("window.ours.closed") is True
    await window.close()
