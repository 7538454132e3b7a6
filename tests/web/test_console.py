"""Where managers land: what waits for them, and the operations ready to be opened."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

from graphql import build_schema, parse, validate
from httpx import AsyncClient

from models import Email, User
from models.emails import EmailStatus
from resolvers.resending import resend_email
from schema import print_sdl
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, send_back
from tests.web.conftest import Enter
from web.graphiql import READY_MADE


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
    assert "première échéance : FINSAS000102, jusqu’au samedi 26 août 2023 à 14 h 32" in text


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
    assert "1 courriel peut-être arrivé : le serveur n’a pas répondu" in text
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


async def test_every_ready_made_operation_is_one_that_the_api_takes() -> None:
    api = build_schema(print_sdl())
    assert READY_MADE
    for operation in READY_MADE:
        assert not validate(api, parse(operation.text)), operation.name
