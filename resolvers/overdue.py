"""What is overdue, and how the mails stand: one answer for the gauges, for `solde doctor` and for the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import Email, SweepPass
from models.emails import MOST_UNANSWERED, EmailStatus
from resolvers.deadlines import to_expire, to_remind

Row = TypeVar("Row", bound=Model)

# The worker looks each minute: what has waited for longer is held up by something.
TOLERANCE = timedelta(minutes=5)
# A worker that has not looked for so long has gone, and whoever took its place tells of itself.
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """Since when the oldest of each kind has been due, None when none is; and how many mails are in each state."""

    due_since: dict[str, datetime | None]
    mails: dict[EmailStatus, int]
    stranded: int  # mails that leave no more unless a manager sends them again
    last_pass: SweepPass | None

    def seconds_overdue(self, kind: str, as_of: datetime) -> float:
        """How long the oldest of that kind has been due; 0 when none is."""
        since = self.due_since[kind]
        return max(0.0, (as_of - since).total_seconds()) if since else 0.0

    def is_late(self, kind: str, as_of: datetime) -> bool:
        """Has something of that kind been due for longer than a working portal takes?"""
        return self.seconds_overdue(kind, as_of) > TOLERANCE.total_seconds()


async def standing(as_of: datetime) -> Standing:
    """How the portal stands, by a few looks into indexes."""
    return Standing(
        due_since={
            "expiry": await _oldest(to_expire(as_of), "closes_at"),
            "reminder": await _oldest(to_remind(as_of), "reminds_at"),
            "mail": await _oldest(Email.filter(status=EmailStatus.QUEUED), "created_at"),
        },
        mails=await _mails(),
        stranded=await _stranded().count(),
        last_pass=await SweepPass.all().order_by("-began_at").first(),
    )


async def note_pass(worker: str, *, began_at: datetime, seconds: float, failed: list[str]) -> None:
    """Write down this worker's last pass, and forget the workers that are gone."""
    facts = {"began_at": began_at, "seconds": seconds, "failed": failed}
    await SweepPass.update_or_create(facts, worker=worker)
    await SweepPass.filter(began_at__lt=began_at - _REMEMBERED).delete()


async def _oldest(rows: QuerySet[Row], field: str) -> datetime | None:
    found = await rows.order_by(field).limit(1).values_list(field, flat=True)
    return cast("datetime", found[0]) if found else None


def _stranded() -> QuerySet[Email]:
    given_up = Q(status=EmailStatus.FAILED) | Q(status=EmailStatus.UNKNOWN, unanswered__gte=MOST_UNANSWERED)
    return Email.filter(given_up, resends__id__isnull=True)


async def _mails() -> dict[EmailStatus, int]:
    counted = await Email.all().annotate(count=Count("id")).group_by("status").values_list("status", "count")
    return dict.fromkeys(EmailStatus, 0) | {EmailStatus(status): count for status, count in counted}
