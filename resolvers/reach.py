"""Which accounts of a supplier the portal's mails no longer reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.functions import Max

from models import Email, User
from models.actors import Role
from models.emails import EmailStatus


@dataclass(frozen=True)
class RefusedAccount:
    """An account whose last mails were refused for good: since when, and in which words of its server the last time."""

    user: User
    since: datetime
    error: str


@dataclass
class Reach:
    """Whom mails to one supplier reach: its active accounts, and those among them that no longer get any."""

    accounts: int = 0
    refused: list[RefusedAccount] = field(default_factory=list)

    @property
    def nobody(self) -> bool:
        """Does no mail reach anybody there?"""
        return self.accounts == len(self.refused)


async def reach_of(supplier_ids: Sequence[UUID]) -> dict[UUID, Reach]:
    """How far mails reach each of these suppliers, in three statements however many they are."""
    active = User.filter(supplier_id__in=list(supplier_ids), active=True, role=Role.SUPPLIER)
    users = await active.order_by("name", "id")
    refusals = await _refusals({user.email for user in users})
    reach = {supplier_id: Reach() for supplier_id in supplier_ids}
    for user in users:
        if user.supplier_id is not None:
            reach[user.supplier_id].accounts += 1
            if rows := refusals.get(user.email.lower()):
                refused = RefusedAccount(user, rows[0]["failed_at"], rows[-1]["error"] or "")
                reach[user.supplier_id].refused.append(refused)
    return reach


async def _refusals(addresses: set[str]) -> dict[str, list[dict[str, Any]]]:
    """The refusals of each address since a server last took a mail for it, oldest first."""
    failed = Email.filter(status=EmailStatus.FAILED, recipient__in=addresses, failed_at__not_isnull=True)
    rows = await failed.order_by("failed_at", "id").values("recipient", "failed_at", "error")
    taken = await _last_taken({row["recipient"] for row in rows})
    refusals = defaultdict[str, list[dict[str, Any]]](list)
    for row in rows:
        address = row["recipient"].lower()
        if address not in taken or row["failed_at"] > taken[address]:
            refusals[address].append(row)
    return refusals


async def _last_taken(addresses: set[str]) -> dict[str, datetime]:
    sent = Email.filter(status=EmailStatus.SENT, recipient__in=addresses)
    rows = await sent.annotate(last=Max("sent_at")).group_by("recipient").values("recipient", "last")
    return {row["recipient"].lower(): row["last"] for row in sorted(rows, key=lambda row: row["last"])}
