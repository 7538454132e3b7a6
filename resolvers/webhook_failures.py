"""Webhooks whose receivers take nothing: how many, since when; after a day each is disabled, and its owner told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.queryset import QuerySet

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

_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Receivers:
    """How webhooks stand: those that are told, those that take nothing, those that are told nothing any more."""

    well: int
    failing: int
    disabled: int
    failing_since: datetime | None  # of those that fail, the one that has for longest
    given_up: int  # of those that are disabled, those that took nothing, of the last month

    def seconds_failing(self, as_of: datetime) -> float:
        """For how long the one that has failed for longest has taken nothing; 0 when none fails."""
        since = self.failing_since
        return max(0.0, (as_of - since).total_seconds()) if since else 0.0


async def receivers(as_of: datetime) -> Receivers:
    """How webhooks stand; what their owners disabled themselves while all was well has not been given up."""
    failing = _in(WebhookState.ACTIVE).filter(failing_since__not_isnull=True).order_by("failing_since")
    longest = await failing.first()
    given_up = _in(WebhookState.DISABLED).filter(failing_since__not_isnull=True, disabled_at__gt=as_of - _MONTH)
    return Receivers(
        well=await _in(WebhookState.ACTIVE).filter(failing_since=None).count(),
        failing=await failing.count(),
        disabled=await _in(WebhookState.DISABLED).count(),
        failing_since=longest.failing_since if longest else None,
        given_up=await given_up.count(),
    )


def _in(state: WebhookState) -> QuerySet[Webhook]:
    return Webhook.filter(state=state)


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
