"""A webhook whose receiver takes nothing any more: it is disabled, and its owner told by mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models import Email, Webhook
from models.actors import SYSTEM
from models.database import transaction
from models.emails import EmailKind
from models.events import EventKind
from models.webhooks import WebhookState
from resolvers import links
from resolvers.events import record_account
from resolvers.mail.notification import outgoing
from resolvers.mail.rendering import render
from resolvers.responsible import responsible


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
        people = await responsible(webhook.supplier_id, webhook.created_by)
        await Email.bulk_create([outgoing(EmailKind.WEBHOOK_DISABLED, letter, each.email, as_of) for each in people])
    return True
