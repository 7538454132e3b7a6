"""Where managers land: what waits for them, and the operations ready to be opened."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import build_schema, parse, validate
from httpx import AsyncClient

from models import Email, User, Webhook
from models.emails import EmailStatus
from resolvers.deadlines import expire_due
from resolvers.resending import resend_email
from resolvers.webhooks import create_webhook
from schema import print_sdl
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back
from tests.web.conftest import Clock, Enter
from web import prefilled
from web.ready_made import READY_MADE


async def test_the_console_counts_what_waits_and_names_the_first_deadline(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    await make_request(number="FINSAS000101")
    await send_back(await make_request(number="FINSAS000102"), as_of=NOW - timedelta(days=1))
    await send_back(await make_request(number="FINSAS000103"))
    await enter(manager_user)
    page = await site.get("/console")
    text = unescape(page.text).replace("\u00a0", " ")
    assert page.status_code == 200
    assert "1 demande « en cours »" in text
    assert "2 demandes « A modifier »" in text
    first = '<a href="/dossiers/FINSAS000102/solde">FINSAS000102</a>'
    assert f"première échéance : {first}, jusqu’au samedi 26 août 2023 à 14 h 32" in text


async def test_the_console_of_an_empty_portal_says_so(site: AsyncClient, enter: Enter, manager_user: User) -> None:
    await enter(manager_user)
    page = await site.get("/console")
    assert page.status_code == 200
    assert "première échéance" not in page.text


async def test_the_console_counts_the_mails_that_did_not_leave(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    for status in (EmailStatus.FAILED, EmailStatus.FAILED, EmailStatus.UNKNOWN):
        modification = await send_back(await make_request(), as_of=NOW - timedelta(hours=1))
        await Email.filter(request_id=modification.request_id).update(status=status)
    email = await Email.filter(status=EmailStatus.FAILED).first()
    assert email
    await enter(manager_user)
    text = unescape((await site.get("/console")).text).replace("\u00a0", " ")
    assert "2 courriels refusés" in text
    assert "1 courriel peut-être arrivé, le serveur n’a pas répondu" in text
    assert "1 courriel en retard de plus d’un quart d’heure" in text
    await resend_email(MANAGER, email.id, as_of=NOW)
    text = unescape((await site.get("/console")).text).replace("\u00a0", " ")
    assert "1 courriel refusé " in text


async def test_the_console_and_the_page_of_a_request_name_whom_mails_no_longer_reach(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    await send_back(await make_request(number="FINSAS000102"))
    await send_back(await make_request(number="FINSAS000103"))
    gone = Email.filter(request__dossier__number="FINSAS000102")
    await Email.filter(id=(await gone.get()).id).update(status=EmailStatus.FAILED, failed_at=NOW)
    await enter(manager_user)
    text = unescape((await site.get("/console")).text).replace("\u00a0", " ")
    assert "Plus personne n’y reçoit nos courriels : FINSAS000102</strong>" in text
    page = unescape((await site.get("/dossiers/FINSAS000102/solde")).text).replace("\u00a0", " ")
    assert "refuse nos courriels" in page
    assert f"{(await gone.get()).recipient}, depuis le 07/08/2023" in page
    assert "refuse nos courriels" not in (await site.get("/dossiers/FINSAS000103/solde")).text


async def test_the_console_counts_what_is_due_this_week_and_what_passed_since_yesterday(
    site: AsyncClient, enter: Enter, manager_user: User, clock: Clock
) -> None:
    passed = await send_back(await make_request(number="FINSAS000101"), as_of=NOW - timedelta(days=20))
    await expire_due(passed.closes_at)
    # Monday 7 August 2023 at 14:32: the first is due on Sunday, the other on Monday.
    await send_back(await make_request(number="FINSAS000102"), as_of=NOW - timedelta(days=14))
    await send_back(await make_request(number="FINSAS000103"), as_of=NOW - timedelta(days=13))
    await enter(manager_user)
    text = unescape((await site.get("/console")).text).replace("\u00a0", " ")
    assert "2 demandes « A modifier »" in text
    assert "1 échéance cette semaine</a>" in text
    assert '"/journal?evenement=MODIFICATION_EXPIRED&du=2023-08-06">1 délai dépassé depuis hier</a>' in text


async def test_the_console_counts_the_webhooks_where_nothing_arrives(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    webhook, _ = await create_webhook(MANAGER, label="Suivi", url="https://editeur.fr/suivi", as_of=NOW)
    await create_webhook(MANAGER, label="Autre", url="https://editeur.fr/autre", as_of=NOW)
    await Webhook.filter(id=webhook.id).update(failing_since=NOW)
    await enter(manager_user)
    text = unescape((await site.get("/console")).text).replace("\u00a0", " ")
    assert '1 webhook où plus rien n’arrive : <a href="/graphql?modele=webhooks">voir lequel</a>' in text


async def test_every_ready_made_operation_opens_from_the_console_and_can_be_read_there(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    await enter(manager_user)
    page = unescape((await site.get("/console")).text)
    for operation in READY_MADE:
        assert f'href="/graphql?modele={operation.name}"' in page
        assert operation.text in page
    about = unescape((await site.get("/console?demande=finsas000101&nature=avance")).text)
    assert 'href="/graphql?modele=valider&demande=FINSAS000101&nature=avance"' in about


@pytest.mark.parametrize(
    "asked", ["demande=&nature=solde", 'demande="><b>&nature=solde', "demande=FINSAS000101&nature=x"]
)
async def test_what_names_no_request_fills_nothing_in(
    site: AsyncClient, enter: Enter, manager_user: User, asked: str
) -> None:
    await enter(manager_user)
    for address in ("/console", "/graphql", "/console/apercu"):
        page = await site.get(f"{address}?{asked}")
        assert page.status_code == 200
        assert "<b>" not in page.text
        assert "FINSAS000101" not in page.text


def _variables(page: str) -> dict[str, dict[str, Any]]:
    """What each ready-made operation is filled in with."""
    found = re.search(r'data-operations="([^"]*)"', page)
    assert found
    operations = json.loads(unescape(found[1]))
    return {each["name"]: json.loads(each["variables"] or "{}") for each in operations}


async def test_the_operations_are_filled_in_with_the_chosen_request_and_no_other(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    sent_back = await send_back(await make_request(number="FINSAS000101"))
    await make_request(number="FINSAS000102")
    await enter(manager_user)
    known = _variables((await site.get("/graphql?demande=FINSAS000101&nature=solde")).text)
    assert known["une-demande"] == {"dossier": "FINSAS000101", "nature": "BALANCE"}
    assert known["prolonger-le-delai"]["modification"] == node_id("Modification", sent_back.id)
    assert known["prolonger-le-delai"]["jour"] == "2023-09-03"
    assert known["renvoyer-un-courriel"]["courriel"] == ""  # its mail has not left yet
    other = _variables((await site.get("/graphql?demande=FINSAS000102&nature=solde")).text)
    assert other["prolonger-le-delai"]["modification"] == ""
    assert other["valider"]["demande"] != known["valider"]["demande"]


async def test_in_production_nothing_is_ready_to_be_sent_before_somebody_wrote_it(
    site: AsyncClient, enter: Enter, manager_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_request(number="FINSAS000101")
    await enter(manager_user)
    assert _variables((await site.get("/graphql")).text)["demander-une-modification"]["commentaire"] != ""
    monkeypatch.setattr(prefilled, "settings", SimpleNamespace(is_development=False, sandbox=False))
    known = _variables((await site.get("/graphql")).text)
    assert {name: values for name, values in known.items() if any(values.values())}.keys() == {
        "echeances-de-la-semaine"
    }


async def test_suppliers_get_the_editor_without_the_managers_operations(
    site: AsyncClient, enter: Enter, supplier_user: User
) -> None:
    await enter(supplier_user)
    page = await site.get("/graphql?modele=valider&demande=FINSAS000101")
    assert page.status_code == 200
    assert 'data-operations="[]"' in page.text


async def test_the_mail_of_sending_back_is_read_before_it_is_sent(
    site: AsyncClient, enter: Enter, manager_user: User
) -> None:
    await make_request(number="FINSAS000101")
    await enter(manager_user)
    form = {"demande": "finsas000101", "nature": "solde", "comment": "Le lien est <mort>", "attendu": "SUPPORT_CONTACT"}
    page = unescape((await site.post("/console/apercu", data=form)).text)
    assert "« Le lien est <mort> »" in page.replace("\u00a0", " ")
    assert "Coordonnées de contact ou lien" in page
    assert not await Email.exists()


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"demande": "FINSAS000101", "comment": " "}, 422, "Saisissez le commentaire"),
        ({"demande": "FINSAS000999", "comment": "x"}, 404, "Aucune demande de cette nature"),
        ({"demande": "", "comment": "x"}, 404, "Aucune demande de cette nature"),
        ({"demande": "FINSAS000102", "comment": "x"}, 409, "« A modifier »"),
    ],
)
async def test_a_preview_that_cannot_be_says_why_beside_its_field(
    site: AsyncClient, enter: Enter, manager_user: User, given: dict[str, str], status: int, words: str
) -> None:
    await make_request(number="FINSAS000101")
    await send_back(await make_request(number="FINSAS000102"))
    await enter(manager_user)
    page = await site.post("/console/apercu", data={"nature": "solde"} | given)
    assert page.status_code == status
    assert words in unescape(page.text).replace("\u00a0", " ")
    assert given["comment"].strip() in page.text


async def test_every_ready_made_operation_is_one_that_the_api_takes() -> None:
    api = build_schema(print_sdl())
    assert READY_MADE
    for operation in READY_MADE:
        assert not validate(api, parse(operation.text)), operation.name


def test_every_ready_made_operation_has_a_title_and_says_whether_it_writes() -> None:
    assert [each.name for each in READY_MADE if each.writes] == [
        "demander-une-modification",
        "prolonger-le-delai",
        "annuler-une-modification",
        "instruire-en-l-etat",
        "changer-un-droit",
        "changer-un-modele",
        "changer-une-actualite",
        "creer-un-webhook",
        "demander-plusieurs-modifications",
        "emettre-un-jeton",
        "enregistrer-un-modele",
        "enregistrer-un-paiement",
        "inviter-un-compte",
        "publier-une-actualite",
        "rejeter",
        "renvoyer-un-courriel",
        "repondre",
        "retirer-un-modele",
        "retirer-une-actualite",
        "revoquer-un-compte",
        "revoquer-un-jeton",
        "valider",
    ]
    assert all(each.title and not each.title.startswith(("query", "mutation")) for each in READY_MADE)
    assert len({each.name for each in READY_MADE}) == len(READY_MADE)


def test_an_operation_says_which_variables_it_takes() -> None:
    [operation] = [each for each in READY_MADE if each.name == "apercu-du-courriel"]
    assert operation.variables == {"demande": "ID!", "commentaire": "String!", "attendus": "[ExpectedChangeInput!] ="}
