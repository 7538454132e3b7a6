"""Who may sign in or call: people with a password, software with a token."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from models.actors import AccountRight, Actor, Author, AuthorField, Role, TokenScope
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
    signed_in_at: datetime | None = InstantField(null=True)
    # Invited and not yet here: until then the account has no password and is not active.
    invited_at: datetime | None = InstantField(null=True)
    invited_by: fields.Field[Author] | None = AuthorField(null=True)
    # The secret of the codes' generator, sealed; it counts once a first code has confirmed it.
    totp_secret = fields.TextField(null=True)
    totp_confirmed_at: datetime | None = InstantField(null=True)
    # The time step of the last code taken: each code is good once.
    totp_step = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "account"

    @property
    def actor(self) -> Actor:
        """This person, as whoever acts."""
        return Actor(self.role, self.name, f"user:{self.id}", self.supplier_id, self.right)


class RecoveryCode(Model):
    """A code that opens an account once when its generator is lost, of which only the digest is kept."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("solde.User", related_name="recovery_codes")
    user_id: UUID
    digest = fields.CharField(max_length=64)
    used_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "recovery_code"


class Session(Model):
    """A signed-in browser, of which only the digest of its secret is kept."""

    digest = fields.CharField(max_length=64, primary_key=True)
    address = fields.CharField(max_length=45, default="", db_default="")
    agent = fields.CharField(max_length=300, default="", db_default="")
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("solde.User", related_name="sessions")
    user_id: UUID
    created_at = InstantField()
    seen_at = InstantField()
    expires_at = InstantField()
    # What was typed on a page that the session before this one did not live to receive; sealed.
    typed: str | None = fields.TextField(null=True)

    class Meta:
        table = "session"

    @property
    def public_id(self) -> str:
        """What names the session in a list, and tells nothing of its secret."""
        return sha256(f"session:{self.digest}".encode()).hexdigest()[:32]


class Throttle(Model):
    """How far ahead of its rate an address or an account is: each attempt moves `full_at` on."""

    key = fields.CharField(max_length=100, primary_key=True)
    full_at = InstantField(db_index=True)

    class Meta:
        table = "throttle"


class ApiToken(Model):
    """A partner's or manager's software, of which only the digest of its secret is kept."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=64, unique=True)
    # The secret's last characters, by which its holder knows it again.
    hint = fields.CharField(max_length=8, default="", db_default="")
    scopes: list[str] = fields.JSONField()
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "solde.Supplier", related_name="tokens", null=True, on_delete=fields.RESTRICT
    )
    supplier_id: UUID | None
    created_at = InstantField()
    issued_by: fields.Field[Author] | None = AuthorField(null=True)
    expires_at: datetime | None = InstantField(null=True)
    # When somebody was last told that it ends soon.
    noticed_at: datetime | None = InstantField(null=True)
    used_at: datetime | None = InstantField(null=True)
    revoked_at: datetime | None = InstantField(null=True)

    class Meta:
        table = "api_token"
        indexes = [
            Index(fields=["created_at", "id"], name="token_by_date"),
            Index(fields=["expires_at", "id"], name="token_by_end"),
        ]

    @property
    def shown(self) -> str:
        """What its holder knows it by, as « solde_…ab12 »; nothing of those issued before that was kept."""
        return f"solde_…{self.hint}" if self.hint else ""

    @property
    def actor(self) -> Actor:
        """This software, as whoever acts: writing needs a supplier that it writes for."""
        scopes = tuple(TokenScope(scope) for scope in self.scopes)
        role = Role.MANAGER if TokenScope.MANAGE in scopes else Role.PARTNER
        writes = TokenScope.WRITE in scopes and self.supplier_id is not None
        right = AccountRight.CONFIRM if writes else AccountRight.READ
        return Actor(role, self.name, f"token:{self.id}", self.supplier_id, right, scopes)
