"""A webhook whose receiver takes nothing any more: it is disabled, and its owner told by mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models import Email, User, Webhook
from models.actors import SYSTEM, AccountRight, Role
from models.database import transaction
from models.emails import EmailKind
from models.events import EventKind
from models.webhooks import WebhookState
from resolvers import links
from resolvers.events import account_of, record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render


async def give_up(webhook_id: UUID, why: str, *, as_of: datetime) -> bool:
    """Disable the webhook, which keeps its place, and tell its owner why; False when somebody else did."""
    async with transaction():
        disabled = {"state": WebhookState.DISABLED, "disabled_at": as_of, "leased_until": None}
        if not await Webhook.filter(id=webhook_id, state=WebhookState.ACTIVE).update(**disabled):
            return False
        webhook = await Webhook.get(id=webhook_id)
        facts = {"webhookId": str(webhook.id), "name": webhook.label, "url": webhook.url, "reason": why}
        await record_account(EventKind.WEBHOOK_DISABLED, user=None, actor=SYSTEM, at=as_of, **facts)
        letter = render(
            EmailKind.WEBHOOK_DISABLED,
            at=as_of,
            label=webhook.label,
            url=webhook.url,
            why=why,
            since=webhook.failing_since,
            help_link=links.help_page(),
            guide_link=links.webhook_guide(),
        )
        addresses = {person.email.lower(): person.email for person in await _owners(webhook)}
        kind = EmailKind.WEBHOOK_DISABLED
        await Email.bulk_create([outgoing(kind, letter, address, as_of) for address in addresses.values()])
    return True


async def _owners(webhook: Webhook) -> list[User]:
    """The supplier's accounts that may manage it; else the manager who made it, or all of them."""
    active = User.filter(active=True).order_by("created_at", "identifier")
    if webhook.supplier_id is not None:
        return await active.filter(supplier_id=webhook.supplier_id, right=AccountRight.CONFIRM)
    creator = await account_of(webhook.created_by)
    if creator is not None and creator.active:
        return [creator]
    return await active.filter(role=Role.MANAGER)
