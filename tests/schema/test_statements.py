"""A query runs as many SQL statements for many requests as for one, however much it nests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import Email, Event, FundingRequest, SupportMessage, Webhook, WebhookDelivery
from models.actors import Actor
from models.emails import EmailKind
from models.events import EventKind
from resolvers.comment_templates import save_comment_template
from resolvers.deprecated_uses import note_uses
from resolvers.editing import add_attachment, change_support_contact
from resolvers.events import record
from resolvers.modifications import confirm_modification
from resolvers.webhooks import create_webhook
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import (
    MANAGER,
    make_attachment,
    make_request,
    make_supplier,
    make_token,
    make_upload,
    make_user,
    send_back,
    supplier_of,
)
from tests.feed import all_served
from tests.schema.asking import data, statements

EVERYTHING = """
fragment file on Attachment { id fileName url removable addedBy { name } documentType { code label } }
fragment differences on Changes { any fields { field label before after } addedAttachments { ...file } }
fragment version on Version { id rank asp_: aspNumber supportContact createdBy { name }
  importDocument modification { number }
  attachments { ...file } changes { ...differences } sinceImport: changes(since: 0) { ...differences } }
fragment cycle on Modification {
  id number aspNumber comment outcome receiptUrl closedBy { name } request { id dossier { number } }
  expectedChanges { field done documentType { code } }
  draft { revision supportContact attachments { ...file } changes { ...differences } updatedBy { name } }
  documentAllowance { files bytes } receipt { facts { value } sections { title documents { ...file } } }
  version { ...version }
}
fragment page on PageInfo { hasNextPage endCursor }
query Everything { requests(first: 50) { pageInfo { ...page } nodes {
  id status availableActions amounts { balanceDecided } bankDetails { iban }
  dossier { number supplier { legalName address { city } } advance { id } balance { id currentVersion { rank } } }
  currentVersion { ...version }
  version(rank: 0) { ...version }
  versions(first: 5) { pageInfo { ...page } nodes { ...version } }
  modification { ...cycle }
  modifications(first: 5) { pageInfo { ...page } edges { cursor node { ...cycle } } }
  emails(first: 5) { nodes { id kind subject to error resendOf { id subject } } }
  events(first: 5) { pageInfo { ...page } nodes { id kind summary actor { name } request { id dossier { number } } } }
  latest: events(first: 5, latestFirst: true) { nodes { id modification { number comment } } }
  supportMessages(first: 5) { nodes { id text by { name } request { id kind } } }
} } }
"""


async def make_full_request() -> FundingRequest:
    """A request with a confirmed and an open modification, documents, mails, events and messages."""
    request = await make_request()
    actor = await supplier_of(request)
    await make_attachment(request)
    first = await send_back(request)
    await change_support_contact(actor, first.id, support_contact="test123@gmail.com", as_of=NOW)
    await attach(actor, first.id)
    await confirm_modification(actor, first.id, as_of=NOW)
    second = await send_back(await FundingRequest.get(id=request.id), as_of=NOW + timedelta(hours=1))
    await attach(actor, second.id)
    await SupportMessage.create(request=request, text="Bonjour", at=NOW, by=actor.author)
    await resend_the_first_mail(request)
    return request


async def attach(actor: Actor, modification_id: object) -> None:
    upload = await make_upload(actor)
    await add_attachment(actor, modification_id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)  # type: ignore[arg-type]


async def resend_the_first_mail(request: FundingRequest) -> None:
    mail = await Email.filter(request_id=request.id).first()
    assert mail is not None
    event = await record(EventKind.MODIFICATION_REMINDED, request, MANAGER, at=NOW)
    await Email.create(
        request=request,
        event=event,
        kind=EmailKind.MODIFICATION_REMINDER,
        recipient=mail.recipient,
        subject="Rappel",
        text="Rappel",
        html="Rappel",
        message_id=f"<rappel-{request.id}@exemple.fr>",
        created_at=NOW,
        next_attempt_at=NOW,
        resend_of=mail,
    )


async def count_statements() -> tuple[int, int]:
    """The statements of the query, and the requests that it answered."""
    with statements() as run:
        answer = await data(MANAGER, EVERYTHING, as_of=NOW + timedelta(hours=2))
    return len(run), len(answer["requests"]["nodes"])


@pytest.fixture(autouse=True)
def unbounded(setting: Callable[[str, object], None]) -> None:
    """Everything at once is more than may be asked for."""
    setting("max_query_points", 10**6)


async def test_many_requests_cost_as_many_statements_as_one(db: str) -> None:
    await make_full_request()
    for_one, requests = await count_statements()
    assert requests == 1
    for _ in range(5):
        await make_full_request()
    for_six, requests = await count_statements()
    assert requests == 6
    assert for_six == for_one
    assert for_one <= 22


async def test_the_query_really_reads_everything(db: str) -> None:
    await make_full_request()
    [request] = (await data(MANAGER, EVERYTHING, as_of=NOW + timedelta(hours=2)))["requests"]["nodes"]
    assert request["currentVersion"]["rank"] == 1
    assert len(request["currentVersion"]["attachments"]) == 2
    assert request["currentVersion"]["changes"]["any"] is True
    assert request["modification"]["draft"]["changes"]["addedAttachments"][0]["removable"] is True
    assert len(request["versions"]["nodes"]) == len(request["modifications"]["edges"]) == 2
    assert {mail["resendOf"] is None for mail in request["emails"]["nodes"]} == {True, False}
    assert len(request["events"]["nodes"]) == 5
    assert request["events"]["pageInfo"]["hasNextPage"] is (await Event.filter(request_id__not_isnull=True).count() > 5)
    assert request["supportMessages"]["nodes"][0]["request"]["id"] == request["id"]


async def test_the_feed_of_events_costs_the_same_for_many(db: str) -> None:
    feed = "{ events(first: 100) { nodes { summary request { dossier { number supplier { siret } } } } } }"
    await make_full_request()
    await all_served()
    with statements() as for_one:
        await data(MANAGER, feed)
    for _ in range(5):
        await make_full_request()
    await all_served()
    with statements() as for_six:
        answer = await data(MANAGER, feed)
    assert len(answer["events"]["nodes"]) > 30
    assert len(for_six) == len(for_one) == 2


LISTS = """
query Lists($webhook: ID!) {
  tokens(first: 50) { nodes { name supplier { legalName accounts { name } } issuedBy { name } } }
  webhooks(first: 50) { nodes { label supplier { legalName } createdBy { name } } }
  webhookDeliveries(webhookId: $webhook, first: 50) { nodes { event { summary request { dossier { number } } } } }
  deprecatedUses(first: 50) { nodes { name field } }
  commentTemplates { title createdBy { name } expectedChanges { documentType { label } } }
}
"""


async def test_the_lists_of_managers_and_partners_cost_the_same_for_many(db: str) -> None:
    webhook, _ = await create_webhook(MANAGER, label="Tous", url="https://editeur.fr/tous", as_of=NOW)

    async def cost() -> tuple[int, int]:
        with statements() as run:
            answer = await data(MANAGER, LISTS, webhook=node_id("Webhook", webhook.id))
        return len(run), sum(len(found if isinstance(found, list) else found["nodes"]) for found in answer.values())

    await make_listed(webhook)
    for_one, listed = await cost()
    assert listed == 6
    for _ in range(3):
        await make_listed(webhook)
    assert await cost() == (for_one, 4 * 5 + 1)


async def make_listed(webhook: Webhook) -> None:
    """One more of everything, each of a supplier of its own."""
    supplier = await make_supplier()
    user = await make_user(supplier)
    request = await make_request(supplier)
    await send_back(request)
    number = await WebhookDelivery.all().count() + 1
    await make_token(supplier=supplier, actor=user.actor)
    url = f"https://editeur.fr/{number}"
    await create_webhook(MANAGER, label=url, url=url, supplier_id=supplier.id, as_of=NOW)
    event = await Event.get(request_id=request.id)
    told: dict[str, Any] = {"created_at": NOW, "next_attempt_at": NOW}
    await WebhookDelivery.create(webhook=webhook, event=event, request=request, number=number, **told)
    await note_uses(user.actor, ["Query.old"], as_of=NOW)
    await save_comment_template(MANAGER, title=url, text="À revoir", as_of=NOW)
