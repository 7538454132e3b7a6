"""What is overdue, and how mails and webhooks stand: one answer for gauges, `solde doctor` and the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import Email, SweepPass, WebhookDelivery
from models.attachments import Integrity
from models.emails import LATE, MOST_UNANSWERED, EmailStatus
from models.webhooks import DeliveryStatus, WebhookState
from resolvers.deadlines import to_expire, to_remind
from resolvers.integrity import damaged, kept
from resolvers.scanning import infected, waiting
from resolvers.webhook_failures import Receivers, receivers

Row = TypeVar("Row", bound=Model)

# The worker looks each minute: what has waited for longer is held up by something. Mails say it of themselves.
TOLERANCE = timedelta(minutes=5)
# A worker that has not looked for so long has gone, and whoever took its place tells of itself.
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Standing:
    """Since when the oldest of each kind has been due, None when none is; and how mails and webhooks stand."""

    due_since: dict[str, datetime | None]
    mails: dict[EmailStatus, int]  # SENT: of the last day
    pending_scans: int
    infected: int  # documents that the antivirus has put aside and whose bytes are still here
    damaged: dict[Integrity, int]  # documents that are not what was received
    unverified_since: datetime | None  # when the longest-unverified document was compared with its hash, or came
    stranded: int  # mails that leave no more unless a manager sends them again
    receivers: Receivers  # of webhooks
    last_pass: SweepPass | None

    def seconds_overdue(self, kind: str, as_of: datetime) -> float:
        """How long the oldest of that kind has been due; 0 when none is."""
        since = self.due_since[kind]
        return max(0.0, (as_of - since).total_seconds()) if since else 0.0

    def seconds_unverified(self, as_of: datetime) -> float:
        """For how long the longest-unverified document has not been compared with its hash; 0 when there is none."""
        since = self.unverified_since
        return max(0.0, (as_of - since).total_seconds()) if since else 0.0

    def is_late(self, kind: str, as_of: datetime) -> bool:
        """Has something of that kind been due for longer than a working portal takes?"""
        tolerance = LATE if kind in {"mail", "scan", "webhook"} else TOLERANCE
        return self.seconds_overdue(kind, as_of) > tolerance.total_seconds()


async def standing(as_of: datetime) -> Standing:
    """How the portal stands, by a few looks into indexes."""
    return Standing(
        due_since={
            "expiry": await _oldest(to_expire(as_of), "closes_at"),
            "reminder": await _oldest(to_remind(as_of), "reminds_at"),
            "mail": await _oldest_mail(),
            "scan": await _oldest(waiting(), "created_at"),
            "webhook": await _oldest(_to_tell(), "next_attempt_at"),
        },
        mails=await _mails(as_of),
        pending_scans=await waiting().count(),
        infected=await infected().count(),
        damaged={state: await damaged(state).count() for state in Integrity if state is not Integrity.INTACT},
        unverified_since=await _longest_unverified(as_of),
        stranded=await _stranded(as_of).count(),
        receivers=await receivers(as_of),
        last_pass=await SweepPass.all().order_by("-began_at").first(),
    )


async def note_pass(worker: str, *, began_at: datetime, seconds: float, failed: list[str]) -> None:
    """Write down this worker's last pass, and forget the workers that are gone."""
    facts = {"began_at": began_at, "seconds": seconds, "failed": failed}
    await SweepPass.update_or_create(facts, worker=worker)
    await SweepPass.filter(began_at__lt=began_at - _DAY).delete()


async def _oldest(rows: QuerySet[Row], field: str) -> datetime | None:
    found = await rows.order_by(field).limit(1).values_list(field, flat=True)
    return cast("datetime", found[0]) if found else None


async def _oldest_mail() -> datetime | None:
    """The oldest that leaves without being asked; one status at a time, each at the head of its index."""
    queued = await _oldest(Email.filter(status=EmailStatus.QUEUED), "created_at")
    unknown = Email.filter(status=EmailStatus.UNKNOWN, unanswered__lt=MOST_UNANSWERED)
    return min(filter(None, [queued, await _oldest(unknown, "created_at")]), default=None)


def _to_tell() -> QuerySet[WebhookDelivery]:
    """What was put off is not due before its next attempt: late is what no worker tries."""
    return WebhookDelivery.filter(status=DeliveryStatus.PENDING, webhook__state=WebhookState.ACTIVE)


async def _longest_unverified(as_of: datetime) -> datetime | None:
    """Those that were never compared have waited since they came."""
    compared = kept().filter(verified_at__lte=as_of)
    never = kept().filter(verified_at=None)
    return min(filter(None, [await _oldest(compared, "verified_at"), await _oldest(never, "created_at")]), default=None)


def _stranded(as_of: datetime) -> QuerySet[Email]:
    """What nobody sent again within a month, nobody wants to."""
    given_up = Q(status=EmailStatus.FAILED) | Q(status=EmailStatus.UNKNOWN, unanswered__gte=MOST_UNANSWERED)
    return Email.filter(given_up, created_at__gt=as_of - _MONTH, resends__id__isnull=True)


async def _mails(as_of: datetime) -> dict[EmailStatus, int]:
    """Each status by its own partial index; those that are sent grow without end: only the last day's are counted."""
    counted = {status: await Email.filter(status=status).count() for status in EmailStatus if status != "SENT"}
    sent = await Email.filter(status=EmailStatus.SENT, created_at__gt=as_of - _DAY).count()
    return {**counted, EmailStatus.SENT: sent}
