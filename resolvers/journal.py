"""The managers' journal: who did what, of requests, accounts and the portal alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from models import Event
from models.actors import Actor, Role
from models.database import is_postgres
from models.dossiers import LONGEST_NUMBER
from models.errors import NotFound
from models.events import EventKind
from models.text import storable
from resolvers.events import record_account
from resolvers.pages import Order, Page, page

# As they are indexed (0011_journal).
_AUTHOR_ON_POSTGRES = """("event"."actor"->>'account')"""
_AUTHOR_ON_SQLITE = """json_extract("event"."actor", '$.account')"""

_LOT = 100

JOURNAL = Order.by("journal", descending=True, id=int)


@dataclass(frozen=True)
class JournalFilter:
    """Which events are wanted; what is None does not matter."""

    account: UUID | None = None
    token: UUID | None = None
    siret: str | None = None
    dossier_number: str | None = None
    kinds: Sequence[EventKind] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The wanted ones among `events`."""
        if self.account is not None or self.token is not None:
            author = _AUTHOR_ON_POSTGRES if is_postgres() else _AUTHOR_ON_SQLITE
            events = events.annotate(author=RawSQL(author))
        if self.account is not None:
            events = events.filter(Q(author=f"user:{self.account}") | Q(user_id=self.account))
        if self.token is not None:
            events = events.filter(author=f"token:{self.token}")
        if self.siret is not None:
            siret = storable(self.siret, 14)
            events = events.filter(Q(request__dossier__supplier__siret=siret) | Q(user__supplier__siret=siret))
        if self.dossier_number is not None:
            events = events.filter(request__dossier__number=storable(self.dossier_number, LONGEST_NUMBER))
        plain = {"kind__in": self.kinds, "at__gte": self.since, "at__lt": self.until}
        return events.filter(**{name: value for name, value in plain.items() if value is not None})


async def export_journal(
    actor: Actor, wanted: JournalFilter, asked: dict[str, str], *, as_of: datetime
) -> AsyncIterator[list[Event]]:
    """The wanted events, the latest first, some at a time, each with its request and the account concerned.

    For managers; that they asked, and for what, is written down first, in the words of the address.
    """
    if actor.role is not Role.MANAGER:
        raise NotFound()
    told = await record_account(EventKind.DATA_EXPORTED, user=None, actor=actor, at=as_of, list="journal", **asked)
    return _lots(journal(actor, wanted).filter(id__lt=told.id))


async def _lots(rows: QuerySet[Event]) -> AsyncIterator[list[Event]]:
    rows, after = rows.select_related("user", "request__dossier"), None
    while True:
        found: Page[Event] = await page(rows, JOURNAL, _LOT, after)
        yield found.rows
        if not found.has_next:
            return
        after = found.positions[-1]


def journal(actor: Actor, wanted: JournalFilter) -> QuerySet[Event]:
    """The wanted events, each with the account concerned; none for whoever is no manager."""
    events = wanted.apply(Event.all()) if actor.role is Role.MANAGER else Event.filter(id__isnull=True)
    return events.select_related("user")
