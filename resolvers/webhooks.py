"""Webhooks: the addresses that want to be told of what happens, as their owners set them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from models import Webhook, WebhookDelivery
from models.actors import Actor
from models.database import transaction
from models.errors import Fault, Invalid, NotFound, PermissionDenied
from models.events import EventKind
from models.sealing import seal
from models.webhook_rules import checked, new_secret
from models.webhooks import WebhookState, may_manage_webhooks
from resolvers.events import record_account
from resolvers.reading import get_supplier
from resolvers.webhook_feed import Place, add_ping, end_of_feed, pending
from resolvers.webhook_lists import get_webhook

MOST_WEBHOOKS = 10
"""For one supplier, and as many for those that are told of all."""

FORMER_SECRET_SIGNS = timedelta(hours=24)


async def create_webhook(
    actor: Actor,
    *,
    label: str,
    url: str,
    kinds: Sequence[EventKind] = (),
    supplier_id: UUID | None = None,
    as_of: datetime,
) -> tuple[Webhook, str]:
    """Tell an address of what happens from now on; the webhook, and the secret that signs, shown this once."""
    if not may_manage_webhooks(actor):
        raise PermissionDenied()
    wanted = supplier_id or actor.supplier_id
    supplier = await get_supplier(actor, wanted) if wanted else None
    facts = checked(label=label, url=url, kinds=kinds)
    begins = (await end_of_feed()).columns | {"created_at": as_of, "created_by": actor.author}
    secret = new_secret()
    webhook = Webhook(**facts, **begins, supplier=supplier, secret=seal(secret))
    async with transaction():
        await _record(EventKind.WEBHOOK_CREATED, webhook, actor, as_of, kinds=facts["kinds"])
        # The portal's chain is ours now: nobody else creates or changes one until we have written.
        await _check_room(webhook)
        await _check_new(webhook)
        await webhook.save(force_create=True)
    return webhook, secret


async def change_webhook(
    actor: Actor,
    webhook_id: UUID,
    *,
    label: str | None = None,
    url: str | None = None,
    kinds: Sequence[EventKind] | None = None,
    as_of: datetime,
) -> Webhook:
    """Change what a webhook is called, where it is told and of what; what is None stays as it is."""
    webhook = await get_webhook(actor, webhook_id)
    given = {"label": label, "url": url, "kinds": kinds}
    facts = checked(**{name: value for name, value in given.items() if value is not None})
    changes = {name: value for name, value in facts.items() if value != getattr(webhook, name)}
    if not changes:
        return webhook
    webhook.update_from_dict(changes)
    async with transaction():
        await _record(EventKind.WEBHOOK_CHANGED, webhook, actor, as_of, changed=sorted(changes))
        await _check_new(webhook)
        await _write(webhook, **changes)
    return webhook


async def delete_webhook(actor: Actor, webhook_id: UUID, *, as_of: datetime) -> Webhook:
    """Tell that address nothing any more; its secrets are forgotten."""
    webhook = await get_webhook(actor, webhook_id)
    async with transaction():
        await _record(EventKind.WEBHOOK_DELETED, webhook, actor, as_of)
        await pending(webhook.id).delete()
        forgotten: dict[str, Any] = {"secret": "", "former_secret": None, "former_secret_ends_at": None}
        await _write(webhook, state=WebhookState.DELETED, leased_until=None, **forgotten)
    return webhook


async def enable_webhook(actor: Actor, webhook_id: UUID, *, as_of: datetime) -> Webhook:
    """Tell it again, at once, from where it was; one that is active and fails is tried at once too."""
    webhook = await get_webhook(actor, webhook_id)
    async with transaction():
        if webhook.state is WebhookState.DISABLED:
            await _record(EventKind.WEBHOOK_ENABLED, webhook, actor, as_of)
        begun: dict[str, Any] = dict.fromkeys(("disabled_at", "failing_since", "paused_until", "leased_until"))
        await _write(webhook, state=WebhookState.ACTIVE, **begun)
        await pending(webhook.id).update(attempts=0, next_attempt_at=as_of)
    return webhook


async def disable_webhook(actor: Actor, webhook_id: UUID, *, as_of: datetime) -> Webhook:
    """Tell it nothing for now; it keeps its place."""
    webhook = await get_webhook(actor, webhook_id)
    if webhook.state is WebhookState.DISABLED:
        return webhook
    async with transaction():
        await _record(EventKind.WEBHOOK_DISABLED, webhook, actor, as_of)
        await _write(webhook, state=WebhookState.DISABLED, disabled_at=as_of, leased_until=None)
    return webhook


async def renew_webhook_secret(
    actor: Actor, webhook_id: UUID, *, immediately: bool = False, as_of: datetime
) -> tuple[Webhook, str]:
    """Another secret, shown this once; the one before signs beside it for a day, unless it is to end at once."""
    webhook = await get_webhook(actor, webhook_id)
    if not immediately and webhook.former_secret_ends_at and webhook.former_secret_ends_at > as_of:
        raise Invalid(_RENEWED)
    secret, before = new_secret(), webhook.secret
    former: dict[str, Any] = {"former_secret": None, "former_secret_ends_at": None}
    if not immediately:
        former = {"former_secret": before, "former_secret_ends_at": as_of + FORMER_SECRET_SIGNS}
    async with transaction():
        await _record(EventKind.WEBHOOK_SECRET_RENEWED, webhook, actor, as_of, immediately=immediately)
        # Asked twice at once: only one of the two secrets shown may be the one that signs.
        if not await Webhook.filter(id=webhook.id, secret=before).exists():
            raise Invalid(_RENEWED)
        await _write(webhook, secret=seal(secret), **former)
    return webhook, secret


async def ping_webhook(actor: Actor, webhook_id: UUID, *, as_of: datetime) -> WebhookDelivery:
    """Send a test, once; a test that has not left yet is the same test."""
    webhook = await get_webhook(actor, webhook_id)
    if webhook.state is not WebhookState.ACTIVE:
        raise Invalid(Fault("webhookId", "DISABLED", "Ce webhook est désactivé : réactivez-le d’abord."))
    return await add_ping(webhook, as_of)


async def replay_webhook(actor: Actor, webhook_id: UUID, *, after: Place | None, as_of: datetime) -> Webhook:
    """Tell it everything again that comes after a place of the feed, or from its beginning."""
    webhook = await get_webhook(actor, webhook_id)
    # A place that is still to come would pass over what happens until then.
    place = min(after or Place(0, 0), await end_of_feed())
    async with transaction():
        await _record(EventKind.WEBHOOK_REPLAYED, webhook, actor, as_of, after=place.event)
        await _write(webhook, **place.columns, leased_until=None)
        await pending(webhook.id).filter(event_id__not_isnull=True).delete()
    return webhook


_RENEWED = Fault(
    "webhookId", "TOO_SOON", "Le secret vient d’être renouvelé et le précédent signe encore : attendez un jour."
)


async def _check_room(webhook: Webhook) -> None:
    if await _beside(webhook).count() >= MOST_WEBHOOKS:
        message = f"Un fournisseur compte au plus {MOST_WEBHOOKS} webhooks : supprimez-en un d’abord."
        raise Invalid(Fault("supplierId", "TOO_MANY", message))


async def _check_new(webhook: Webhook) -> None:
    """Told twice at the same address, a receiver would take everything for a repetition."""
    if await _beside(webhook).filter(url=webhook.url).exists():
        raise Invalid(Fault("url", "TAKEN", "Cette adresse est déjà celle d’un webhook : changez-le."))


def _beside(webhook: Webhook) -> QuerySet[Webhook]:
    owned = Webhook.filter(supplier_id=webhook.supplier_id, state__not=WebhookState.DELETED)
    return owned.exclude(id=webhook.id)


async def _write(webhook: Webhook, **changes: Any) -> None:
    if not await Webhook.filter(id=webhook.id, state__not=WebhookState.DELETED).update(**changes):
        raise NotFound()
    webhook.update_from_dict(changes)


async def _record(kind: EventKind, webhook: Webhook, actor: Actor, as_of: datetime, **facts: Any) -> None:
    named = {"webhookId": str(webhook.id), "name": webhook.label, "url": webhook.url}
    await record_account(kind, user=None, actor=actor, at=as_of, **named, **facts)
