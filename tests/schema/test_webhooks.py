"""Webhooks by the API: the secret is shown once, the log tells what became of each message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Webhook, WebhookDelivery
from models.actors import Actor
from models.webhooks import DeliveryStatus
from resolvers import webhook_outbox as outbox
from resolvers.webhook_feed import spread
from resolvers.webhook_outbox import Outcome
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, READER, make_request, make_supplier, send_back, supplier_of
from tests.feed import end_of_feed
from tests.resolvers.test_webhooks import confirming, created
from tests.schema.asking import data, statements

pytestmark = pytest.mark.usefixtures("db")

URL = "https://editeur.fr/webhooks"
SEEN = "webhook { id label url kinds state cursor formerSecretEndsAt supplier { siret } createdBy { name } }"
LOG = """
    query Log($id: ID!, $status: DeliveryStatus) {
      webhookDeliveries(webhookId: $id, status: $status) {
        nodes { id number status attempts nextAttemptAt responseStatus error duration event { kind request { id } } }
      }
    }"""


# What these take is only which one is meant.
PLAIN = {"deleteWebhook", "enableWebhook", "disableWebhook"}


async def act(actor: Actor, mutation: str, wanted: str, **given: Any) -> Any:
    """The outcome of one mutation of webhooks."""
    name = mutation[0].upper() + mutation[1:]
    faults = "" if mutation in PLAIN else "... on ValidationError { fieldErrors { field code message } }"
    document = f"""
        mutation Act($input: {name}Input!) {{
          {mutation}(input: $input) {{ __typename ... on {name}Success {{ {wanted} }} {faults} }}
        }}"""
    return (await data(actor, document, input=given))[mutation]


async def id_of(webhook: Webhook) -> str:
    return str(node_id("Webhook", webhook.id))


async def test_it_is_created_with_a_secret_that_is_never_shown_again() -> None:
    supplier = await make_supplier()
    owner = await confirming(supplier)
    answer = await act(owner, "createWebhook", f"{SEEN} secret", label="Suivi", url=URL, kinds=["REQUEST_PAID"])
    webhook = answer["webhook"]
    assert answer["secret"].startswith("whsec_")
    assert webhook | {"id": 1, "cursor": 1} == {
        "id": 1,
        "label": "Suivi",
        "url": URL,
        "kinds": ["REQUEST_PAID"],
        "state": "ACTIVE",
        "cursor": 1,
        "formerSecretEndsAt": None,
        "supplier": {"siret": supplier.siret},
        "createdBy": {"name": "Pascal Breton"},
    }
    listed = "query L { webhooks { nodes { id } } }"
    assert (await data(owner, listed))["webhooks"]["nodes"] == [{"id": webhook["id"]}]
    assert (await data(READER, listed))["webhooks"]["nodes"] == []
    renewed = await act(owner, "renewWebhookSecret", f"{SEEN} secret", webhookId=webhook["id"])
    assert renewed["secret"] != answer["secret"]
    assert renewed["webhook"]["formerSecretEndsAt"] == (NOW + timedelta(days=1)).isoformat()


async def test_every_refusal_is_a_member_with_its_code() -> None:
    webhook = await created()
    refused = await act(MANAGER, "createWebhook", "secret", label="", url="https://10.0.0.1/")
    assert [(each["field"], each["code"]) for each in refused["fieldErrors"]] == [
        ("label", "REQUIRED"),
        ("url", "PRIVATE_ADDRESS"),
    ]
    assert (await act(READER, "createWebhook", "secret", label="a", url=URL))["__typename"] == "PermissionDeniedError"
    for cursor in ("n’importe quoi", "W10="):
        replayed = await act(MANAGER, "replayWebhook", SEEN, webhookId=await id_of(webhook), after=cursor)
        assert [(each["field"], each["code"]) for each in replayed["fieldErrors"]] == [("after", "CURSOR")]


@pytest.mark.parametrize(
    "mutation", ["changeWebhook", "deleteWebhook", "enableWebhook", "disableWebhook", "pingWebhook", "replayWebhook"]
)
async def test_what_is_not_there_is_not_found(mutation: str) -> None:
    answer = await act(MANAGER, mutation, "__typename", webhookId="V2ViaG9vazox")
    assert answer["__typename"] == "NotFoundError"


async def test_it_is_changed_disabled_enabled_replayed_and_deleted() -> None:
    key = await id_of(await created())
    changed = await act(MANAGER, "changeWebhook", SEEN, webhookId=key, label="ERP", kinds=["REQUEST_PAID"])
    assert (changed["webhook"]["label"], changed["webhook"]["url"]) == ("ERP", URL)
    steps = {"disableWebhook": "DISABLED", "enableWebhook": "ACTIVE", "deleteWebhook": "DELETED"}
    for mutation, state in steps.items():
        assert (await act(MANAGER, mutation, SEEN, webhookId=key))["webhook"]["state"] == state
    assert (await data(MANAGER, "query N($id: ID!) { node(id: $id) { id } }", id=key))["node"] is None


async def test_a_replay_takes_up_the_feed_at_a_cursor_of_it() -> None:
    await send_back(await make_request())
    key = await id_of(await created())
    feed = await data(MANAGER, "query F { events { pageInfo { startCursor } } }")
    cursor = feed["events"]["pageInfo"]["startCursor"]
    replayed = await act(MANAGER, "replayWebhook", SEEN, webhookId=key, after=cursor)
    assert replayed["webhook"]["cursor"] == cursor
    start = await act(MANAGER, "replayWebhook", SEEN, webhookId=key)
    assert start["webhook"]["cursor"] != cursor


async def told(count: int) -> Webhook:
    """A webhook with a log: the first message failed, the others wait."""
    request = await make_request()
    webhook = await created(await supplier_of(request))
    await send_back(request)
    for _ in range(count - 1):
        await send_back(await make_request(request.dossier.supplier))
    held = await outbox.lease(webhook.id, NOW)
    assert held is not None
    await spread(held, await end_of_feed(), NOW)
    [first] = await outbox.next_ones(held, NOW, 1)
    await outbox.put_off(first, Outcome(503, "Réponse 503.", 42), NOW)
    return held


async def test_the_log_says_what_became_of_each_message() -> None:
    webhook = await told(1)
    [row] = (await data(MANAGER, LOG, id=await id_of(webhook)))["webhookDeliveries"]["nodes"]
    event = row.pop("event")
    assert event["kind"] == "MODIFICATION_REQUESTED"
    assert row == {
        "id": str((await WebhookDelivery.get()).id),
        "number": "1",
        "status": "PENDING",
        "attempts": 1,
        "nextAttemptAt": row["nextAttemptAt"],
        "responseStatus": 503,
        "error": "Réponse 503.",
        "duration": 42,
    }
    stranger = await confirming(await make_supplier())
    for actor, status in ((stranger, None), (MANAGER, DeliveryStatus.FAILED.value)):
        log = await data(actor, LOG, id=await id_of(webhook), status=status)
        assert log["webhookDeliveries"]["nodes"] == []


async def test_a_ping_stands_in_the_log_without_an_event() -> None:
    key = await id_of(await created())
    wanted = "delivery { id number status event { id } }"
    pinged: dict[str, Any] = (await act(MANAGER, "pingWebhook", wanted, webhookId=key))["delivery"]
    assert (pinged["number"], pinged["status"], pinged["event"]) == ("1", "PENDING", None)


async def test_the_log_takes_as_many_statements_however_long_it_is() -> None:
    counts = []
    for length in (1, 4):
        webhook = await told(length)
        with statements() as ran:
            await data(MANAGER, LOG, id=await id_of(webhook))
        counts.append(len(ran))
    assert counts[0] == counts[1]
