"""The second factor: codes of a generator that only the account's owner holds, and codes on paper for when it is lost.

The generator's secret is sealed, a code on paper is kept as a digest; each code of either is good once.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime, timedelta
from uuid import UUID

import pyotp

from models import RecoveryCode, User
from models.actors import Role
from models.database import transaction
from models.events import EventKind
from models.sealing import seal, unseal
from resolvers.accounts import digest
from resolvers.sealed_links import opened, sealed
from settings import settings

RECOVERY_CODES = 10
OFFER_LASTS = timedelta(minutes=30)
PROOF_LASTS = timedelta(minutes=10)

_ISSUER = "Portail Segur numerique"  # some generators show other letters wrongly
_OFFER = "generator"
_PROOF = "password given"
_STEP = 30  # seconds, as every generator counts
_LEEWAY = (0, -1, 1)  # steps by which a phone's clock may be wrong


def has_second_factor(user: User) -> bool:
    """Does this account ask for a code after the password?"""
    return user.totp_confirmed_at is not None


def must_have_second_factor(user: User) -> bool:
    """Managers may do nothing without one, but on a developer's machine."""
    return user.role is Role.MANAGER and not settings.is_development


def password_proof(user: User, *, as_of: datetime) -> str:
    """What a browser keeps of having given the right password, until it has given a code as well."""
    facts = {"user": user.id.hex, "password": digest(user.password_hash)}
    return sealed(_PROOF, ends_at=as_of + PROOF_LASTS, **facts)


async def proven_user(proof: str, *, as_of: datetime) -> User | None:
    """Whose password was given by this browser; None when that is too long ago, or it has been changed since."""
    facts = opened(_PROOF, proof, as_of=as_of)
    if facts is None:
        return None
    user = await User.get_or_none(id=UUID(facts["user"]), active=True)
    return user if user and digest(user.password_hash) == facts["password"] else None


def offer(user: User, *, as_of: datetime) -> str:
    """A new secret for the account's generator, sealed: nothing is kept until a code confirms it."""
    facts = {"user": user.id.hex, "secret": pyotp.random_base32()}
    return sealed(_OFFER, ends_at=as_of + OFFER_LASTS, **facts)


def offered_secret(user: User, offered: str, *, as_of: datetime) -> str | None:
    """The secret that was offered to this account; None when it was not, or too long ago."""
    facts = opened(_OFFER, offered, as_of=as_of)
    return facts["secret"] if facts and facts["user"] == user.id.hex else None


def generator_address(user: User, secret: str) -> str:
    """What hands the secret over to a generator, as a picture or a link."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.identifier, issuer_name=_ISSUER)


async def enable(user: User, secret: str, code: str, *, as_of: datetime) -> list[str] | None:
    """Ask for codes of this secret's generator from now on; the codes on paper, or None if this code is not of it."""
    step = _step_of(secret, code, as_of)
    if step is None:
        return None
    confirmed = {"totp_secret": seal(secret), "totp_confirmed_at": as_of, "totp_step": step}
    async with transaction():
        # Two pages may offer two secrets: the first one confirmed is the account's.
        if not await User.filter(id=user.id, totp_confirmed_at=None).update(**confirmed):
            return None
        return await new_recovery_codes(user)


async def disable(user: User) -> None:
    """Ask for no code any more."""
    async with transaction():
        await User.filter(id=user.id).update(totp_secret=None, totp_confirmed_at=None, totp_step=0)
        await RecoveryCode.filter(user_id=user.id).delete()


async def new_recovery_codes(user: User) -> list[str]:
    """Codes on paper in place of those before, to be shown once."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    async with transaction():
        await RecoveryCode.filter(user_id=user.id).delete()
        await RecoveryCode.bulk_create([RecoveryCode(user=user, digest=_digest(user, code)) for code in codes])
    return codes


async def recovery_codes_left(user: User) -> int:
    """How many codes on paper are still good."""
    return await RecoveryCode.filter(user_id=user.id, used_at=None).count()


async def spend(user: User, code: str, *, as_of: datetime) -> EventKind | None:
    """Use a code up: what that was, or None if it is no code of this account's, or was used before."""
    step = _step_of(unseal(user.totp_secret), code, as_of) if user.totp_secret else None
    if step is not None:
        used = await User.filter(id=user.id, totp_step__lt=step).update(totp_step=step)
        return EventKind.SIGNED_IN if used else None
    left = RecoveryCode.filter(user_id=user.id, digest=_digest(user, code), used_at=None)
    return EventKind.RECOVERY_CODE_USED if await left.update(used_at=as_of) else None


def _step_of(secret: str, code: str, as_of: datetime) -> int | None:
    """The step of time that this code is of, if it is one of now."""
    now, typed = int(as_of.timestamp()) // _STEP, "".join(code.split()).encode()
    generator = pyotp.TOTP(secret)
    steps = [now + leeway for leeway in _LEEWAY]
    return next((step for step in steps if hmac.compare_digest(generator.generate_otp(step).encode(), typed)), None)


def _recovery_code() -> str:
    """A hundred and twenty bits, in four groups of letters and digits that are not taken for each other."""
    letters = b32encode(secrets.token_bytes(15)).decode().lower()
    return "-".join(letters[start : start + 6] for start in range(0, len(letters), 6))


def _digest(user: User, code: str) -> str:
    """What is kept of a code on paper, however it is typed."""
    plain = "".join(filter(str.isalnum, code)).lower()
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"recovery:{user.id.hex}:{plain}".encode(), "sha256").hexdigest()
