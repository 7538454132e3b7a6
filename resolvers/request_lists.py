"""Which requests are wanted, and in which order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Attachment, FundingRequest, Modification, Supplier
from models.dossiers import LONGEST_NUMBER, RequestKind, standing
from models.lifecycle import RequestStatus
from models.text import storable, tidy
from resolvers.pages import Order, Part

LONGEST_NAME = 100


class RequestOrder(StrEnum):
    """Ascending, but for those whose name says otherwise."""

    UPDATED_AT = "UPDATED_AT"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    CLOSES_AT = "CLOSES_AT"
    CLOSES_AT_DESC = "CLOSES_AT_DESC"
    SUBMITTED_ON = "SUBMITTED_ON"
    SUBMITTED_ON_DESC = "SUBMITTED_ON_DESC"


def request_order(order: RequestOrder, as_of: datetime) -> Order:
    """By last change, by filing; or by the deadline still to come, then the requests that have none."""
    descending = order.value.endswith("_DESC")
    way = ".desc" if descending else ""
    match order:
        case RequestOrder.UPDATED_AT | RequestOrder.UPDATED_AT_DESC:
            return Order.by(f"requests.updatedAt{way}", descending=descending, updated_at=datetime, id=UUID)
        case RequestOrder.SUBMITTED_ON | RequestOrder.SUBMITTED_ON_DESC:
            return Order.by(f"requests.submittedOn{way}", descending=descending, submitted_on=date, id=UUID)
    waiting = Part({"closes_at": datetime, "id": UUID}, Q(closes_at__gt=as_of))
    others = Part({"id": UUID}, Q(closes_at__isnull=True) | Q(closes_at__lte=as_of))
    return Order(f"requests.closesAt{way}", (waiting, others), descending)


@dataclass(frozen=True)
class RequestFilter:
    """Which requests are wanted; what is None does not matter."""

    ids: Sequence[UUID] | None = None
    status: RequestStatus | None = None
    kind: RequestKind | None = None
    siret: str | None = None
    dossier_number: str | None = None
    legal_name: str | None = None
    updated_since: datetime | None = None
    submitted_since: date | None = None
    submitted_until: date | None = None
    closes_after: datetime | None = None
    closes_before: datetime | None = None
    has_draft: bool | None = None
    comment_seen: bool | None = None
    reminded: bool | None = None

    def apply(self, requests: QuerySet[FundingRequest], as_of: datetime) -> QuerySet[FundingRequest]:
        """The wanted ones among `requests`, as they stand at `as_of`."""
        if self.status is not None:
            requests = requests.filter(standing(self.status, as_of))
        if any(each is not None for each in (self.closes_after, self.closes_before)):
            requests = requests.filter(standing(RequestStatus.TO_MODIFY, as_of))
        if any(each is not None for each in (self.has_draft, self.comment_seen, self.reminded)):
            requests = requests.filter(id__in=Subquery(self._cycles(as_of).values("request_id")))
        if self.legal_name is not None:
            named = Supplier.filter(_named(self.legal_name))
            requests = requests.filter(dossier__supplier_id__in=Subquery(named.values("id")))
        plain = {
            "id__in": self.ids,
            "kind": self.kind,
            "dossier__supplier__siret": self.siret and storable(self.siret, 14),
            "dossier__number": self.dossier_number and storable(self.dossier_number, LONGEST_NUMBER),
            "updated_at__gte": self.updated_since,
            "submitted_on__gte": self.submitted_since,
            "submitted_on__lte": self.submitted_until,
            "closes_at__gte": self.closes_after,
            "closes_at__lt": self.closes_before,
        }
        return requests.filter(**{name: value for name, value in plain.items() if value is not None})

    def _cycles(self, as_of: datetime) -> QuerySet[Modification]:
        """The open cycles of which that is true."""
        cycles = Modification.filter(outcome=None, closes_at__gt=as_of)
        if self.comment_seen is not None:
            cycles = cycles.filter(comment_seen_at__isnull=not self.comment_seen)
        if self.reminded is not None:
            cycles = cycles.filter(reminded_at__isnull=not self.reminded)
        if self.has_draft is None:
            return cycles
        # A contact that was put back is kept as none.
        added = Attachment.filter(modification_id__not_isnull=True, modification__outcome=None, removed_at=None)
        drafted = Q(draft_support_contact__not_isnull=True) | Q(id__in=Subquery(added.values("modification_id")))
        return cycles.filter(drafted if self.has_draft else ~drafted)


def _named(words: str) -> Q:
    """The suppliers whose legal name contains that, as it is typed or in the capitals of the register of companies.

    SQLite knows of capitals in ASCII alone, and neither database of accents: each way of writing is looked for.
    """
    text = storable(tidy(words), LONGEST_NAME)
    if not text:
        return Q(id__isnull=True)
    capitals = text.upper()
    bare = "".join(sign for sign in unicodedata.normalize("NFD", capitals) if not unicodedata.combining(sign))
    written = dict.fromkeys((text, capitals, text.lower(), bare))
    return Q(*(Q(legal_name__icontains=each) for each in written), join_type=Q.OR)
