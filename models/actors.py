"""Who acts: a signed-in person, a partner's software, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tortoise import fields


class Role(StrEnum):
    SUPPLIER = "SUPPLIER"
    MANAGER = "MANAGER"
    PARTNER = "PARTNER"
    SYSTEM = "SYSTEM"


class TokenScope(StrEnum):
    READ = "READ"
    WRITE = "WRITE"
    MANAGE = "MANAGE"


class AccountRight(StrEnum):
    """How far a supplier's account or token may go, each including the one before."""

    READ = "READ"
    EDIT = "EDIT"
    CONFIRM = "CONFIRM"


RIGHT_LABELS = MappingProxyType(
    {AccountRight.READ: "lecture", AccountRight.EDIT: "modification", AccountRight.CONFIRM: "confirmation"}
)
"""The words of pages and mails."""


@dataclass(frozen=True)
class Author:
    """Who did something, as it was then: kept on the row that it made."""

    role: Role
    name: str
    account: str

    def as_json(self) -> dict[str, str]:
        return {"role": self.role.value, "name": self.name, "account": self.account}

    @classmethod
    def from_json(cls, value: dict[str, str]) -> Author:
        return cls(Role(value["role"]), value["name"], value["account"])


@dataclass(frozen=True)
class Origin:
    """Where an act came from: the network address, and the number that the logs give the HTTP request."""

    address: str = ""
    number: str = ""

    def as_json(self) -> dict[str, str]:
        return {"address": self.address, "number": self.number}


NOWHERE = Origin()
"""A command on the server itself, or a test."""


@dataclass(frozen=True)
class Actor(Author):
    """Who asks now, with what they may reach: `supplier_id` is None for whoever is bound to no supplier."""

    supplier_id: UUID | None = None
    right: AccountRight = AccountRight.READ
    scopes: tuple[TokenScope, ...] = ()
    origin: Origin | None = field(default=None, compare=False)

    @property
    def author(self) -> Author:
        return Author(self.role, self.name, self.account)


SYSTEM = Actor(Role.SYSTEM, "Portail SEGUR Numérique", "system")


class AuthorField(fields.JSONField[Any]):
    """An `Author` in a JSON column."""

    def to_db_value(self, value: Any, instance: Any) -> str | None:
        if isinstance(value, Actor):
            value = value.author
        return super().to_db_value(value.as_json() if isinstance(value, Author) else value, instance)

    def to_python_value(self, value: Any) -> Any:
        if isinstance(value, Author) or value is None:
            return value
        loaded = super().to_python_value(value)
        return Author.from_json(loaded) if isinstance(loaded, dict) else loaded
