"""Accounts of people: opening them, and telling them by their passwords.

Secrets are kept only as digests; passwords as argon2id hashes, worked out off the event loop.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from stdnum.fr import siret as siret_number

from models import Supplier, User
from models.actors import SYSTEM, AccountRight, Role
from models.contact import is_email
from models.database import transaction
from models.errors import Fault, Invalid
from models.events import EventKind
from models.text import storable
from resolvers.events import record_account
from resolvers.password_rules import LONGEST_PASSWORD, company_names, password_faults

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_IDENTIFIER = 100
LONGEST_ADDRESS = 254  # RFC 5321

# A visit is written down at most this often: reading should not mean writing a row.
SEEN_AGAIN_AFTER = timedelta(minutes=1)

hasher = PasswordHasher()
# Each hash takes 64 MiB and one core for a while: however many sign in at once, two are worked out at a time.
_hashing = ThreadPoolExecutor(2, "passwords")


def digest(secret: str) -> str:
    """What is kept of a session's or a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def verify_password(known: str, password: str) -> bool:
    """Is this the password that was kept so? Takes a while: call it in a thread."""
    try:
        return len(password) <= LONGEST_PASSWORD and hasher.verify(known, normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


def is_weakly_kept(known: str) -> bool:
    """Was it hashed with less effort than is asked for today?"""
    return hasher.check_needs_rehash(known)


async def hash_password(password: str) -> str:
    """What is kept of a password; the same characters give the same password whatever keyboard composed them."""
    return await _in_turn(hasher.hash, normalize("NFC", password))


async def is_password(known: str, password: str) -> bool:
    """Is this the password that was kept so? Takes its time, off the event loop."""
    return await _in_turn(verify_password, known, password)


def nobodys_hash() -> str:
    """A hash to verify where there is no account: as much work as for any other, and no password goes with it."""
    salt, tag = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    effort = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${effort}${salt}${tag}"


async def _in_turn(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_hashing, partial(work, *given, **named))


async def account_named(identifier: str) -> User | None:
    """The active account of that identifier."""
    return await User.get_or_none(identifier=storable(in_small_letters(identifier), LONGEST_IDENTIFIER), active=True)


def in_small_letters(identifier: str) -> str:
    """The identifier in small letters, whatever the keyboard of a phone made of it."""
    return identifier.strip().lower()


async def supplier_of(siret: str) -> Supplier:
    """The supplier of that SIRET; one that has filed nothing yet goes by its SIRET until its first document."""
    siret = "".join(siret.split())
    if not siret_number.is_valid(siret):
        raise Invalid(Fault("siret", "INVALID_SIRET", "Le SIRET compte 14 chiffres, dont une clé de contrôle juste."))
    supplier, _ = await Supplier.get_or_create(
        siret=siret, defaults={"legal_name": siret, "street": "", "postcode": "", "city": ""}
    )
    return supplier


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
    identifier, email = in_small_letters(identifier), email.strip()
    name = name.strip() or identifier
    user = User(identifier=identifier, email=email, name=name, role=role, right=right, supplier=supplier)
    if faults := await _opening_faults(user, supplier, password):
        raise Invalid.of(faults)
    user.password_hash, user.created_at = await hash_password(password), as_of
    async with transaction():
        await user.save()
        facts = {"identifier": identifier, "role": role.value, "right": right.value}
        await record_account(EventKind.ACCOUNT_OPENED, user=user, actor=SYSTEM, at=as_of, **facts)
    return user


async def _opening_faults(user: User, supplier: Supplier | None, password: str) -> list[Fault]:
    faults = [
        *identity_faults(user.identifier, user.email, user.role, supplier),
        *password_faults(password, user.identifier, user.email, user.name, *company_names(supplier)),
    ]
    if await User.exists(identifier=storable(user.identifier, LONGEST_IDENTIFIER)):
        faults.append(Fault("identifier", "TAKEN", f"L’identifiant « {user.identifier} » est déjà utilisé."))
    return faults


def identity_faults(identifier: str, email: str, role: Role, supplier: Supplier | None) -> list[Fault]:
    """What stands against such an account, its identifier in small letters."""
    faults = []
    if not 3 <= len(identifier) <= LONGEST_IDENTIFIER or not identifier.isprintable():
        faults.append(Fault("identifier", "INVALID", "L’identifiant doit compter de 3 à 100 caractères."))
    faults += address_faults(email)
    if role not in {Role.SUPPLIER, Role.MANAGER}:
        faults.append(Fault("role", "INVALID", "Un compte est celui d’un fournisseur ou d’un gestionnaire."))
    elif (role is Role.SUPPLIER) != (supplier is not None):
        faults.append(
            Fault("supplier", "INVALID", "Un compte de fournisseur, et lui seul, est rattaché à un fournisseur.")
        )
    return faults


def address_faults(email: str) -> list[Fault]:
    """The letters of a domain go by their ASCII form in a mail's header: that is what must be given."""
    # What mail programs read as an encoded word is another text than the address.
    if email.isascii() and is_email(email) and "=?" not in email:
        return []
    return [Fault("email", "INVALID", "L’adresse électronique n’est pas valable.")]
