"""Who may sign in or call: people with a password, software with a token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models.actors import AccountRight, Actor, Role, TokenScope
from models.database import InstantField
from models.suppliers import Supplier


class User(Model):
    """A person of a supplier, or a manager of the agency."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    identifier = fields.CharField(max_length=100, unique=True)
    email = fields.CharField(max_length=254)
    name = fields.CharField(max_length=200)
    role = fields.CharEnumField(Role, max_length=20)
    right = fields.CharEnumField(AccountRight, max_length=20, default=AccountRight.CONFIRM)
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="users", null=True, on_delete=fields.RESTRICT
    )
    supplier_id: UUID | None
    password_hash = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)
    created_at = InstantField()

    class Meta:
        table = "account"

    @property
    def actor(self) -> Actor:
        """This person, as whoever acts."""
        return Actor(self.role, self.name, f"user:{self.id}", self.supplier_id, self.right)


class Session(Model):
    """A signed-in browser, of which only the digest of its secret is kept."""

    digest = fields.CharField(max_length=64, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("solde.User", related_name="sessions")
    user_id: UUID
    created_at = InstantField()
    seen_at = InstantField()
    expires_at = InstantField()

    class Meta:
        table = "session"


class ApiToken(Model):
    """A partner's or manager's software, of which only the digest of its secret is kept."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=64, unique=True)
    scopes: list[str] = fields.JSONField()
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="tokens", null=True, on_delete=fields.RESTRICT
    )
    supplier_id: UUID | None
    created_at = InstantField()
    expires_at: datetime | None = InstantField(null=True)
    used_at: datetime | None = InstantField(null=True)
    revoked_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "api_token"

    @property
    def actor(self) -> Actor:
        """This software, as whoever acts: writing needs a supplier that it writes for."""
        scopes = tuple(TokenScope(scope) for scope in self.scopes)
        role = Role.MANAGER if TokenScope.MANAGE in scopes else Role.PARTNER
        writes = TokenScope.WRITE in scopes and self.supplier_id is not None
        right = AccountRight.CONFIRM if writes else AccountRight.READ
        return Actor(role, self.name, f"token:{self.id}", self.supplier_id, right, scopes)
