"""Accounts: signing in and out, knowing who calls, opening accounts and issuing tokens.

Secrets are shown once and kept only as digests; passwords as argon2id hashes, worked out off the event loop.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from tortoise.expressions import Q

from models import ApiToken, Session, Supplier, User
from models.actors import AccountRight, Actor, Role, TokenScope
from models.errors import Fault, Invalid
from settings import settings

TOKEN_PREFIX = "solde_"  # noqa: S105 - how scanners of leaked secrets know ours
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

# A visit is written down at most this often: reading a page should not mean writing a row.
_SEEN_AGAIN_AFTER = timedelta(minutes=1)

_hasher = PasswordHasher()
# Verified in place of the hash that an unknown identifier does not have, so that both take the same time.
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(32))


@dataclass(frozen=True)
class SignedIn:
    """A person whose session is good now."""

    actor: Actor
    supplier_name: str | None


def digest(secret: str) -> str:
    """What is kept of a session's or a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def sign_in(identifier: str, password: str, *, as_of: datetime, instead_of: str | None = None) -> str | None:
    """Open a session and return its secret; None when the two do not go together, without saying which is wrong.

    `instead_of` is the session that this browser had: it ends here.
    """
    user = await User.get_or_none(identifier=identifier.strip(), active=True)
    known = user.password_hash if user else _NOBODYS_HASH
    verified = await asyncio.to_thread(_verify, known, password)
    if user is None or not verified:
        return None
    if _hasher.check_needs_rehash(known):
        renewed = await hash_password(password)
        await User.filter(id=user.id, password_hash=known).update(password_hash=renewed)
    return await _open_session(user, as_of, instead_of)


def _verify(known: str, password: str) -> bool:
    try:
        return len(password) <= LONGEST_PASSWORD and _hasher.verify(known, normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


async def hash_password(password: str) -> str:
    """What is kept of a password; the same characters give the same password whatever keyboard composed them."""
    return await asyncio.to_thread(_hasher.hash, normalize("NFC", password))


async def _open_session(user: User, as_of: datetime, instead_of: str | None) -> str:
    if instead_of:
        await sign_out(instead_of)
    # Sessions that ended are of no use to anybody: this is where they go.
    await Session.filter(_ended(as_of), user=user).delete()
    secret = secrets.token_urlsafe(32)
    expires_at = as_of + timedelta(hours=settings.session_hours)
    await Session.create(digest=digest(secret), user=user, created_at=as_of, seen_at=as_of, expires_at=expires_at)
    return secret


def _ended(as_of: datetime) -> Q:
    """The sessions over at that instant: too old, or too long unused."""
    return Q(expires_at__lte=as_of) | Q(seen_at__lte=as_of - timedelta(minutes=settings.session_idle_minutes))


async def sign_out(secret: str) -> None:
    """End a session; one that is unknown has ended already."""
    await Session.filter(digest=digest(secret)).delete()


async def signed_in(secret: str, *, as_of: datetime) -> SignedIn | None:
    """Whose session this is, if it still runs and the account is still active."""
    session = (
        await Session.filter(~_ended(as_of), digest=digest(secret), user__active=True)
        .select_related("user__supplier")
        .first()
    )
    if session is None:
        return None
    if as_of - session.seen_at >= _SEEN_AGAIN_AFTER:
        await Session.filter(digest=session.digest).update(seen_at=as_of)
    supplier = session.user.supplier
    return SignedIn(session.user.actor, supplier.legal_name if supplier else None)


async def authenticate_token(secret: str, *, as_of: datetime) -> Actor | None:
    """Which software calls with this token; None when it is unknown, revoked or past its end."""
    token = await ApiToken.get_or_none(digest=digest(secret))
    if token is None or token.revoked_at or (token.expires_at and token.expires_at <= as_of):
        return None
    if token.used_at is None or as_of - token.used_at >= _SEEN_AGAIN_AFTER:
        await ApiToken.filter(id=token.id).update(used_at=as_of)
    return token.actor


async def add_user(
    *,
    identifier: str,
    email: str,
    name: str,
    role: Role,
    password: str,
    supplier: Supplier | None = None,
    right: AccountRight = AccountRight.CONFIRM,
    as_of: datetime,
) -> User:
    """Open an account for a person of a supplier, or for a manager."""
    identifier, email = identifier.strip(), email.strip()
    faults = [*_identity_faults(identifier, email, role, supplier), *password_faults(password)]
    if await User.exists(identifier=identifier):
        faults.append(Fault("identifier", "TAKEN", f"L’identifiant « {identifier} » est déjà utilisé."))
    if faults:
        raise Invalid.of(faults)
    return await User.create(
        identifier=identifier,
        email=email,
        name=name.strip() or identifier,
        role=role,
        right=right,
        supplier=supplier,
        password_hash=await hash_password(password),
        created_at=as_of,
    )


def _identity_faults(identifier: str, email: str, role: Role, supplier: Supplier | None) -> list[Fault]:
    faults = []
    if not 3 <= len(identifier) <= 100 or not identifier.isprintable():
        faults.append(Fault("identifier", "INVALID", "L’identifiant doit compter de 3 à 100 caractères."))
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        faults.append(Fault("email", "INVALID", "L’adresse électronique n’est pas valable."))
    if role not in {Role.SUPPLIER, Role.MANAGER}:
        faults.append(Fault("role", "INVALID", "Un compte est celui d’un fournisseur ou d’un gestionnaire."))
    elif (role is Role.SUPPLIER) != (supplier is not None):
        faults.append(
            Fault("supplier", "INVALID", "Un compte de fournisseur, et lui seul, est rattaché à un fournisseur.")
        )
    return faults


def password_faults(password: str) -> list[Fault]:
    """Long is what makes a password strong: no rule on its characters."""
    if len(password) < SHORTEST_PASSWORD:
        message = f"Le mot de passe doit compter au moins {SHORTEST_PASSWORD} caractères."
        return [Fault("password", "TOO_SHORT", message)]
    if len(password) > LONGEST_PASSWORD:
        message = f"Le mot de passe doit compter au plus {LONGEST_PASSWORD} caractères."
        return [Fault("password", "TOO_LONG", message)]
    return []


async def issue_token(
    *,
    name: str,
    scopes: Sequence[TokenScope],
    supplier: Supplier | None = None,
    expires_at: datetime | None = None,
    as_of: datetime,
) -> str:
    """Issue a token to a software and return its secret, which nobody can read again."""
    faults = _token_faults(name.strip(), set(scopes), supplier)
    if faults:
        raise Invalid.of(faults)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    await ApiToken.create(
        name=name.strip(),
        digest=digest(secret),
        scopes=sorted({scope.value for scope in scopes}),
        supplier=supplier,
        created_at=as_of,
        expires_at=expires_at,
    )
    return secret


def _token_faults(name: str, scopes: set[TokenScope], supplier: Supplier | None) -> list[Fault]:
    faults = []
    if not 1 <= len(name) <= 100:
        faults.append(Fault("name", "INVALID", "Le nom du jeton doit compter de 1 à 100 caractères."))
    if not scopes:
        faults.append(Fault("scopes", "REQUIRED", "Choisissez au moins un droit pour le jeton."))
    if TokenScope.WRITE in scopes and supplier is None:
        faults.append(Fault("scopes", "INVALID", "Un jeton qui écrit doit être rattaché à un fournisseur."))
    if TokenScope.MANAGE in scopes and (supplier is not None or TokenScope.WRITE in scopes):
        faults.append(Fault("scopes", "INVALID", "Un jeton de gestionnaire n’est rattaché à aucun fournisseur."))
    return faults
