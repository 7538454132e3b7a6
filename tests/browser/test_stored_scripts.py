"""What means harm, stored wherever people write: no page, mail or answer of GraphiQL runs it; CSP has no say."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from starlette.routing import Route

from models import Email, FundingRequest, Modification, News, Session, Supplier, User
from models.actors import Actor
from resolvers import accounts
from resolvers.modifications import skip_modification
from resolvers.requests import request_modification
from resolvers.support import answer_support, contact_support
from tests.factories import make_attachment, make_request, make_supplier, make_upload, make_user
from tests.security.hostile_text import NAMES, RESULT, SCRIPTS, SUM
from tests.services.web_process import Launch, WebProcess
from web.app import app

WRITTEN = "\n".join(SCRIPTS)
# In an attribute, a title, a line of a list: where a single value stands.
NAMED = f"\"'><img src=x onerror=document.title=1></title><script>document.title=1</script>{{{{{SUM}}}}}"
SHORT = "<img src=x onerror=alert(1)>"
LINK = "https://evil.example/';document.title='executed';'?a=(1)&#x22;onclick=alert(1)"
EXECUTED = {"executed", "1"}
WATCH = """
  window.stopped = [];
  addEventListener('securitypolicyviolation', event => window.stopped.push(event.violatedDirective));
"""
PARAMETERS = re.compile(r"{(\w+)(?::\w+)?}")
# They answer with no page, or end what the test needs.
NO_PAGE = {
    "/metrics",
    "/livez",
    "/readyz",
    "/schemas/demande.json",
    "/docs/api/schema.graphql",
    "/docs/api/import.schema.json",
    "/pieces/{id:uuid}",
    "/documents/{id:uuid}",
}
FILES = ("echeances.ics", "accuses/{key:uuid}", ".csv", ".graphql", ".json", ".pdf", ".txt")


@dataclass(frozen=True)
class Stored:
    """The portal that holds all of it, and who is signed in there."""

    web: WebProcess
    number: str
    news: str
    sessions: dict[str, str]
    mails: list[str]


async def _scene(supplier: Supplier, user: User) -> FundingRequest:
    """A request that was sent back twice, questioned, answered, and is open again."""
    as_of = datetime.now(UTC) - timedelta(hours=1)
    manager = (await make_user(None, name=NAMED)).actor
    request = await make_request(supplier, number="FINSAS008539")  # which the ready-made operation asks for
    await request.versions.all().update(support_contact=LINK, asp_number=SHORT, dsr=SHORT)
    for name in NAMES:
        upload = await make_upload(manager, file_name=name)
        await make_attachment(request, upload=upload)
    first = await request_modification(manager, request.id, comment=WRITTEN, as_of=as_of)
    await skip_modification(user.actor, first.id, assistance_contacted=True, note=WRITTEN, as_of=as_of)
    message = await contact_support(user.actor, request.id, message=WRITTEN, as_of=as_of)
    await answer_support(manager, message.id, answer=WRITTEN, as_of=as_of)
    await contact_support(user.actor, request.id, message=f"{WRITTEN}\n2", as_of=as_of)
    again = await request_modification(manager, request.id, comment=WRITTEN, as_of=as_of)
    await _draft(user.actor, again)
    return request


async def _announcement() -> News:
    """As the database could hold it, whatever publishing refuses: with a document of such a name."""
    manager = (await make_user(None, name=NAMED)).actor
    words: dict[str, Any] = {"title": NAMED[:150], "category": SHORT, "text": WRITTEN, "published_by": manager.author}
    upload = await make_upload(manager, file_name=NAMES[0])
    return await News.create(**words, published_at=datetime.now(UTC), updated_at=datetime.now(UTC), document=upload)


async def _draft(actor: Actor, modification: Modification) -> None:
    await Modification.filter(id=modification.id).update(draft_support_contact=LINK)
    for name in NAMES:
        upload = await make_upload(actor, file_name=name)
        await make_attachment(modification.request, upload=upload, rank=None, modification=modification)


async def _session(user: User) -> str:
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    times: dict[str, Any] = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(hours=1)}
    await Session.create(digest=accounts.digest(secret), user=user, agent=NAMED, address="127.0.0.1", **times)
    return secret


@pytest.fixture
async def stored(db: str, launch_web: Launch, tmp_path: Path) -> Stored:
    supplier = await make_supplier(legal_name=NAMED, street=NAMED, city=NAMED)
    user = await make_user(supplier, name=NAMED)
    await make_user(supplier, name=f"{NAMED} 2", identifier="colleague")
    request = await _scene(supplier, user)
    sessions = {"supplier": await _session(user), "manager": await _session(await make_user(None, name=NAMED))}
    mails = [email.html for email in await Email.all()]
    (tmp_path / "mail").mkdir()
    return Stored(launch_web(), request.dossier.number, str((await _announcement()).id), sessions, mails)


def _addresses(stored: Stored) -> list[str]:
    """Every page that there is, about the request and the announcement."""
    told = {
        "number": stored.number,
        "news": stored.news,
        "nature": "solde",
        "rank": "0",
        "token": "x",
        "seal": "x",
        "name": "x",
        "page": "quick-start",
    }
    pages = [
        route.path
        for route in app.routes
        if isinstance(route, Route)
        and "GET" in (route.methods or ())
        and route.path not in NO_PAGE
        and not route.path.endswith(FILES)
    ]
    return [PARAMETERS.sub(lambda found: told[found[1]], path) for path in pages]


@dataclass
class Watched:
    """A page, and whatever it did that it should not have."""

    page: Page
    faults: list[str]


async def _watch(context: BrowserContext, own: str) -> Watched:
    page = await context.new_page()
    watched = Watched(page, [])
    await page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: watched.faults.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: watched.faults.append(f"error {error}"))
    page.on("console", lambda said: watched.faults.append(said.text) if "Security Policy" in said.text else None)
    page.on("request", lambda sent: None if sent.url.startswith((own, "data:")) else watched.faults.append(sent.url))
    return watched


async def test_nothing_that_was_written_runs_anywhere(stored: Stored, chromium: Browser) -> None:
    for reader, secret in stored.sessions.items():
        context = await chromium.new_context(base_url=stored.web.url, locale="fr-FR")
        cookie = {"name": "session", "value": secret, "url": stored.web.url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        watched = await _watch(context, stored.web.url)
        shown = [await _open(watched, address) for address in _addresses(stored)]
        # It was there to be read, as the text that it is, and no template took it for its own.
        assert any(SCRIPTS[0] in text for text in shown), reader
        assert all(RESULT not in text for text in shown), reader
        if reader == "manager":
            await _ask_in_graphiql(watched)
        assert watched.faults == [], reader
        await context.close()


async def _open(watched: Watched, address: str) -> str:
    await watched.page.goto(address, wait_until="load")
    assert await watched.page.title() not in EXECUTED, address
    assert await watched.page.evaluate("window.stopped") == [], address
    for menu in await watched.page.locator("summary").all():
        await menu.evaluate("each => each.parentElement.open = true")
    return await watched.page.locator("body").inner_text()


async def _ask_in_graphiql(watched: Watched) -> None:
    """The answer of a ready-made operation, where the editor shows it."""
    await watched.page.goto("/graphql?modele=une-demande&demande=FINSAS008539")
    await watched.page.get_by_role("button", name="Exécuter l’opération").click()
    await expect(watched.page.locator(".result-window")).to_contain_text("document.title")
    assert await watched.page.title() not in EXECUTED
    assert await watched.page.evaluate("window.stopped") == []


async def test_nothing_that_was_written_runs_in_a_mail(stored: Stored, chromium: Browser) -> None:
    context = await chromium.new_context()
    watched = await _watch(context, "about:")
    assert any("&lt;script&gt;" in html for html in stored.mails)
    for html in stored.mails:
        await watched.page.set_content(html)
        assert await watched.page.title() not in EXECUTED
        assert await watched.page.locator("script, iframe, base, form, [onerror], [onload]").count() == 0
        assert RESULT not in html
    assert watched.faults == []
    await context.close()
