"""The managers' journal: who did what, of requests, accounts and the portal alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from models import Event
from models.actors import Actor, Role
from models.database import is_postgres
from models.dossiers import LONGEST_NUMBER
from models.events import EventKind
from models.text import storable
from resolvers.pages import Order

# As they are indexed (0011_journal).
_AUTHOR_ON_POSTGRES = """("event"."actor"->>'account')"""
_AUTHOR_ON_SQLITE = """json_extract("event"."actor", '$.account')"""

JOURNAL = Order.by("journal", descending=True, id=int)


@dataclass(frozen=True)
class JournalFilter:
    """Which events are wanted; what is None does not matter."""

    account: UUID | None = None
    siret: str | None = None
    dossier_number: str | None = None
    kinds: Sequence[EventKind] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The wanted ones among `events`."""
        if self.account is not None:
            author = _AUTHOR_ON_POSTGRES if is_postgres() else _AUTHOR_ON_SQLITE
            events = events.annotate(author=RawSQL(author)).filter(
                Q(author=f"user:{self.account}") | Q(user_id=self.account)
            )
        if self.siret is not None:
            siret = storable(self.siret, 14)
            events = events.filter(Q(request__dossier__supplier__siret=siret) | Q(user__supplier__siret=siret))
        if self.dossier_number is not None:
            events = events.filter(request__dossier__number=storable(self.dossier_number, LONGEST_NUMBER))
        plain = {"kind__in": self.kinds, "at__gte": self.since, "at__lt": self.until}
        return events.filter(**{name: value for name, value in plain.items() if value is not None})


def journal(actor: Actor, wanted: JournalFilter) -> QuerySet[Event]:
    """The wanted events, each with the account concerned; none for whoever is no manager."""
    events = wanted.apply(Event.all()) if actor.role is Role.MANAGER else Event.filter(id__isnull=True)
    return events.select_related("user")
