"""Journeys: one web process for all of them, and for each a company of its own whose request was sent back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from models import FundingRequest, Modification, Session, User
from models.actors import AccountRight
from models.database import database
from models.migrating import migrate
from models.modifications import ExpectedChange
from resolvers.accounts import digest
from resolvers.requests import request_modification
from tests.factories import MANAGER, make_request, make_supplier, make_user
from tests.services.cycles import fall_due
from tests.services.web_process import WebProcess, start_web, wait_for

PASSWORD = "une phrase assez longue"
CONTACT = "Coordonnées de contact"
_HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
_journeys = count(1)

# What Chromium notes as errors of its own: a refused form's page, and a network that a journey itself cuts.
_EXPECTED = ("the server responded with a status of 4", "net::ERR_", "Failed to fetch")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebProcess, str]]:
    """A web process on an empty database of its own, and the address of that database."""
    folder = tmp_path_factory.mktemp("journeys")
    url = f"sqlite://{folder}/solde.sqlite3?synchronous=OFF"
    asyncio.run(migrate(url))
    web = start_web(folder, database_url=url, data_dir=folder)
    try:
        wait_for(web)
        yield web, url
    finally:
        web.kill()


@dataclass
class Journey:
    """A request that was sent back, its people, and the pages that they have open."""

    browser: Browser
    url: str
    javascript: bool
    request: FundingRequest
    modification: Modification
    user: User
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/dossiers/{self.request.dossier.number}/solde"

    @property
    def form(self) -> str:
        return f"{self.path}/modification"

    async def colleague(self, name: str, right: AccountRight = AccountRight.CONFIRM) -> User:
        """Somebody else of the same company."""
        return await make_user(self.user.supplier, name=name, right=right, password_hash=_HASH)

    async def enter(self, user: User | None = None, **options: Any) -> Page:
        """A page of that person's own browser, signed in."""
        page = await self.stranger(**options)
        secret = f"secret-{len(self.contexts)}-of-{self.request.dossier.number}"
        await self._open_session(user or self.user, secret)
        cookie: Any = {"name": "session", "value": secret, "url": self.url, "httpOnly": True, "sameSite": "Lax"}
        await page.context.add_cookies([cookie])
        return page

    async def stranger(self, **options: Any) -> Page:
        """A page of a browser in which nobody is signed in."""
        context = await self.browser.new_context(
            base_url=self.url, java_script_enabled=self.javascript, locale="fr-FR", **options
        )
        self.contexts.append(context)
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        return await context.new_page()

    async def _open_session(self, user: User, secret: str) -> None:
        now = datetime.now(UTC)
        times: dict[str, Any] = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(hours=1)}
        await Session.create(digest=digest(secret), user=user, **times)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in _EXPECTED):
            self.faults.append(message.text)

    async def end_sessions(self) -> None:
        """Nobody has been there for too long."""
        await Session.filter(user__supplier_id=self.user.supplier_id).update(expires_at=datetime.now(UTC))

    async def sign_in_again(self, page: Page) -> None:
        """On the sign-in page, wherever it came from."""
        await page.get_by_label("Votre identifiant").fill(self.user.identifier)
        await page.get_by_label("Votre mot de passe").fill(PASSWORD)
        await page.get_by_role("button", name="Valider").click()

    async def let_the_delay_end(self) -> None:
        """The deadline is now."""
        await fall_due(self.modification, closes_at=datetime.now(UTC))

    async def confirmations(self) -> int:
        """How many versions there are beside the first."""
        return int(await self.request.versions.all().count()) - 1


@pytest.fixture
async def journey(site: tuple[WebProcess, str], chromium: Browser, javascript: bool) -> AsyncIterator[Journey]:
    """A request of the guide, sent back five days ago, and a browser in which nothing may go wrong."""
    web, url = site
    async with database(url):
        supplier = await make_supplier()
        user = await make_user(supplier, password_hash=_HASH, identifier=f"voyage{next(_journeys)}")
        request = await make_request(supplier, number=f"FINSAS{next(_journeys):06}")
        modification = await request_modification(
            MANAGER,
            request.id,
            comment="Le contact de support ne répond pas.",
            expected_changes=[ExpectedChange(document_type="AUTRE_S")],
            as_of=datetime.now(UTC) - timedelta(days=5),
        )
        journey = Journey(chromium, web.url, javascript, request, modification, user)
        yield journey
        for context in journey.contexts:
            await context.close()
    assert not journey.faults, journey.faults


async def heading(page: Page, words: str) -> None:
    """The page that one is on now, by its title on screen."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(words)


async def keep(page: Page, contact: str) -> None:
    """Type a contact and have it in the draft.

    The mark of a change may stand there from an earlier one, and the page posts by itself that its comment was read.
    """
    async with page.expect_response(lambda answer: contact in (answer.request.post_data or "")):
        await save(page, contact)
    await expect(page.get_by_text("✓ Modifié")).to_be_visible()


async def save(page: Page, contact: str) -> None:
    """Type a contact and press « Enregistrer le brouillon », whatever comes of it."""
    await page.get_by_label(CONTACT).fill(contact)
    await page.get_by_role("button", name="Enregistrer le brouillon").click()


def document(folder: Path, name: str, padding: int = 0) -> Path:
    """A PDF like no other, so many bytes heavier than a little one: the same bytes twice would be the same document."""
    example = Path(__file__).parents[1] / "examples/pieces/decision-attribution-finsas008539.pdf"
    file, comment = folder / name, f"% {name} ".encode() + b"0" * padding
    file.write_bytes(example.read_bytes().replace(b"startxref", comment + b"\nstartxref"))
    return file
