"""One story with everything that is secret in it; then log lines, mails, addresses, pages and tables are searched."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from httpx import AsyncClient, Response

from models import Email, Event, FundingRequest, Supplier, User
from models.actors import Role, TokenScope
from models.database import connection, is_postgres
from resolvers.accounts import add_user
from tasks import logs
from tasks.delivery import deliver
from tasks.transports import Refused, Send
from tests import test_story as story
from tests.conftest import NOW
from tests.factories import make_supplier, make_token
from tests.tampering import touched
from tests.web.conftest import Clock, clock, data_dir, site, stranger
from tests.web.scene import EXAMPLES
from tests.web.visit import Visit

__all__ = ["clock", "data_dir", "site", "stranger"]  # fixtures of the pages, used here too

BANK = json.loads((EXAMPLES / "FINSAS008539.json").read_text())["coordonneesBancaires"]
IBAN = str(BANK["iban"])
ADDRESS = "pascal.breton@axyus.com"
WRONG_PASSWORD, NEW_PASSWORD = "autre chose", "cinq mots au hasard choisis"


@dataclass
class Heard:
    """What was asked and answered, and the secrets that came up."""

    answers: list[Response] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    async def note(self, answer: Response) -> None:
        await answer.aread()
        self.answers.append(answer)
        self.secrets |= {value for value in answer.cookies.values() if len(value) > 16}
        self.secrets |= set(re.findall(r'name="_?csrf[^"]*" value="([^"]{16,})"', answer.text))


@pytest.fixture(autouse=True)
def lines(setting: Callable[[str, object], None]) -> None:
    """Log lines as in production."""
    setting("log_format", "json")
    logs.configure()


@asynccontextmanager
async def refusing() -> AsyncIterator[Send]:
    """A mail server whose refusal quotes whom it refuses."""

    async def send(email: Email) -> None:
        raise Refused(f"550 5.1.1 <{email.recipient}>: Recipient address rejected")

    yield send


async def test_what_is_secret_is_found_nowhere_afterwards(
    site: AsyncClient, clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    site.event_hooks["response"] = [heard.note]
    await whole_story(site, heard, monkeypatch)
    written = capsys.readouterr().err
    assert written.count("\n") > 10
    assert "RuntimeError" in written

    passwords = {story.PASSWORD, WRONG_PASSWORD, NEW_PASSWORD}
    secrets = heard.secrets | passwords
    assert len(heard.secrets) > 3
    people = {ADDRESS, "test123@gmail.com", "Pascal Breton", "Camille Martin", "erreur.pdf", "test modif"}
    assert found(secrets | people | {IBAN, BANK["bic"], spaced(IBAN)}, written) == []
    visited = [answer for answer in heard.answers if "nulle-part" not in str(answer.url)]
    addresses = "\n".join(f"{answer.url} {answer.headers.get('location', '')}" for answer in visited)
    assert found(passwords | {IBAN, ADDRESS, "breton"}, addresses) == []
    pages = "\n".join(answer.text for answer in heard.answers)
    assert found(passwords | {IBAN, spaced(IBAN)}, pages) == []
    mails = "\n".join(f"{email.subject}\n{email.text}\n{email.html}" for email in await Email.all())
    assert found(passwords | {IBAN, spaced(IBAN), BANK["bic"]}, mails) == []
    assert found({IBAN, BANK["bic"], *secrets}, str([event.payload for event in await Event.all()])) == []
    assert found(secrets | {IBAN, BANK["bic"], BANK["titulaire"] + '"'}, await every_table(without={"email"})) == []
    assert (await FundingRequest.get()).bank_details.iban == IBAN


def found(wanted: set[str], text: str) -> list[str]:
    return sorted(each for each in wanted if each in text)


def spaced(iban: str) -> str:
    """The IBAN in fours, as it is printed."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


async def whole_story(site: AsyncClient, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's cycle; then a forgotten password, a program, a refusal, a failure, a mail that is not taken."""
    await open_account(await make_supplier(siret="79256844600019"))
    visit = Visit(site)
    await story.sign_in(visit)
    await story.deposit_the_example(visit)
    await story.the_manager_sends_it_back()
    await story.read_what_is_asked(visit)
    await story.change_the_contact(visit)
    await story.import_delete_and_import_again(visit)
    await story.check_and_confirm(visit)
    await fail_with_everything(site, monkeypatch)
    await visit.client.post("/deconnexion")
    await choose_another_password(visit, heard)
    await let_a_program_in(site, heard)
    await deliver(NOW, refusing)


async def open_account(supplier: Supplier) -> User:
    return await add_user(
        identifier="poulat",
        email=ADDRESS,
        name="Pascal Breton",
        role=Role.SUPPLIER,
        supplier=supplier,
        password=story.PASSWORD,
        as_of=NOW,
    )


async def fail_with_everything(site: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something breaks, and its words quote what it was about."""

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"no room for {IBAN} of <{ADDRESS}> with {site.cookies['session']}")

    with monkeypatch.context() as broken:
        broken.setattr("web.session.sessions.signed_in", fail)
        assert (await site.get("/demandes")).status_code == 500


async def choose_another_password(visit: Visit, heard: Heard) -> None:
    """By the link of the mail, which is a secret of its own."""
    await visit.client.post("/mot-de-passe-oublie", data={"identifier": "poulat"})
    mail = await Email.filter(request_id__isnull=True).order_by("-created_at").first()
    assert mail
    [seal] = set(re.findall(r"/reinitialisation/(\S+?)[\s\"<]", mail.text + " "))
    heard.secrets.add(seal)
    for link in (f"/reinitialisation/{seal}", f"/reinitialisation/{touched(seal)}"):
        await visit.client.get(link)
        await visit.client.post(link, data={"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD})
    assert (await sign_in_with(visit, WRONG_PASSWORD), await sign_in_with(visit, NEW_PASSWORD)) == (422, 303)


async def sign_in_with(visit: Visit, password: str) -> int:
    return (await visit.client.post("/connexion", data={"identifier": "poulat", "password": password})).status_code


async def let_a_program_in(site: AsyncClient, heard: Heard) -> None:
    """With a token that is good, then with one that is not; a page that does not exist; a GraphQL error."""
    supplier = await Supplier.get()
    secret = await make_token(name="Logiciel", scopes=[TokenScope.WRITE], supplier=supplier, as_of=NOW)
    forged = "solde_forged_by_somebody_else_0123456789"
    heard.secrets |= {secret, forged}
    query = {"query": "{ requests { nodes { bankDetails { iban } } } }"}
    assert "\u2022" in (await program(site, secret, query)).text
    assert (await program(site, forged, query)).status_code == 401
    bad = {"query": '{ request(id: "' + ADDRESS + '") { nope } }'}
    assert "GRAPHQL_VALIDATION_FAILED" in (await program(site, secret, bad)).text
    await set_a_webhook_up(site, heard, secret)
    await site.get(f"/nulle-part/{ADDRESS}")


async def set_a_webhook_up(site: AsyncClient, heard: Heard, token: str) -> None:
    """The same twice under one key: the answer, with the secret that signs, is kept in between."""
    key = "a-key-of-the-program-0123456789"
    success = "... on CreateWebhookSuccess { secret }"
    mutation = f"mutation($input: CreateWebhookInput!) {{ createWebhook(input: $input) {{ {success} }} }}"
    asked = {"query": mutation, "variables": {"input": {"label": "Suivi", "url": "https://editeur.fr/webhooks"}}}
    answers = [await program(site, token, asked, **{"Idempotency-Key": key}) for _ in range(2)]
    [told] = {answer.json()["data"]["createWebhook"]["secret"] for answer in answers}
    heard.secrets |= {key, told}


async def program(site: AsyncClient, token: str, asked: Mapping[str, object], **headers: str) -> Response:
    """What a program asks, and is answered."""
    own = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return await site.post("/graphql", json=asked, headers=own | headers)


async def every_table(without: set[str]) -> str:
    """Every row of every table as a text."""
    catalogue = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    names = {row["name"] for row in await connection().execute_query_dict(catalogue)} - without
    assert {"event", "session", "account", "funding_request", "throttle"} <= names
    rows = [await connection().execute_query_dict(f'SELECT * FROM "{name}"') for name in sorted(names)]  # noqa: S608
    return str(rows)
