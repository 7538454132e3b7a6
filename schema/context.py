"""What every resolver of one operation shares: who asks, at which instant, and what was already loaded."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

import strawberry

from models.actors import Actor, Role
from schema.budget import Account, Budget
from schema.coded_errors import Unauthenticated
from schema.loaders import Loaders


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Context:
    """One operation; `actor` is None when nobody is signed in; `number` names it in the logs and in a masked error.

    `session` names the browser's own among the account's, None for a program; `denied` collects the fields that the
    account may never use, for the audit. `budget` pays for the operation's `points`, and `account` is what it has left;
    our own pages have none.
    """

    actor: Actor | None = None
    as_of: datetime = field(default_factory=_now)
    number: str = field(default_factory=lambda: secrets.token_hex(6))
    session: str | None = None
    denied: set[str] = field(default_factory=set)
    budget: Budget | None = None
    points: int = 1
    account: Account | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    @property
    def viewer(self) -> Actor:
        """Who asks; nobody else gets any further."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    @property
    def for_manager(self) -> bool:
        """May the answer name managers and show whole bank details?"""
        return self.viewer.role is Role.MANAGER

    def forget(self) -> None:
        """Drop what was loaded: something has just been changed."""
        self.loaders = Loaders(self.as_of)


Info: TypeAlias = strawberry.Info[Context, None]
