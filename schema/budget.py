"""What a caller may spend in a minute, in points of cost: taken before anything is executed, and told afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Protocol

from strawberry.extensions import SchemaExtension

from models.typography import french, grouped, quantity
from schema.coded_errors import CodedError


@dataclass(frozen=True, slots=True)
class Account:
    """A caller's points after they were taken, or not: those of each minute, what is left, when the next begins."""

    requested: int
    limit: int
    remaining: int
    resets_at: datetime
    granted: bool = True

    def as_json(self) -> dict[str, Any]:
        """As `extensions.cost` tells it."""
        return {
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": self.resets_at.isoformat(),
        }

    def headers(self, as_of: datetime) -> dict[str, str]:
        """As the draft standard of RateLimit headers tells it."""
        return {
            "RateLimit-Policy": f'"points";q={self.limit};w=60',
            "RateLimit": f'"points";r={self.remaining};t={self.seconds(as_of)}',
        }

    def seconds(self, as_of: datetime) -> int:
        """How long until everything may be spent again."""
        return max(1, ceil((self.resets_at - as_of).total_seconds()))


class Budget(Protocol):
    """Who pays for an operation."""

    async def spend(self, points: int, *, at: datetime) -> Account | None:
        """Take the points, or none when there are too few; None when nobody counts."""
        ...


def refusal(account: Account, as_of: datetime) -> CodedError:
    """What is answered when there are too few points left."""
    wait = account.seconds(as_of)
    message = french(
        f"Trop de requêtes en peu de temps : celle-ci coûte {grouped(account.requested)} points, il en reste "
        f"{grouped(account.remaining)} sur {grouped(account.limit)} par minute. Réessayez dans "
        f"{quantity(wait, 'seconde')}."
    )
    headers = {"Retry-After": str(wait), **account.headers(as_of)}
    return CodedError("RATE_LIMITED", message, headers, cost=account.as_json())


class Charged(SchemaExtension):
    """Takes the points of what is to be executed from whoever pays for it; our own pages pay nothing."""

    async def on_validate(self) -> AsyncIterator[None]:
        """Take them once nothing else stands against executing it."""
        context = self.execution_context.context
        budget = getattr(context, "budget", None)
        if budget is not None and not self.execution_context.pre_execution_errors:
            account = await budget.spend(context.points, at=context.as_of)
            context.account = account
            if account is not None and not account.granted:
                self.execution_context.pre_execution_errors = [refusal(account, context.as_of)]
        yield

    def get_results(self) -> dict[str, Any]:
        """What it cost, and what is left."""
        account = getattr(self.execution_context.context, "account", None)
        return {"cost": account.as_json()} if account else {}
