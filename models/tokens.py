"""Tokens of the API: how a secret is written, so that scanners know it; how long it is good; why one opens nothing."""

from __future__ import annotations

import re
import secrets
import string
import zlib
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from models.accounts import ApiToken
from models.actors import Actor, Role, TokenScope
from models.deadlines import PARIS
from models.errors import Fault
from models.text import has_hidden
from models.typography import day, short_moment

PREFIX = "solde_"
RANDOM_PART = 43  # of 62 characters each: 256 bits
CHECKSUM = 6
SHOWN = 4
LONGEST_NAME = 100

_LETTERS = string.digits + string.ascii_letters
_WRITTEN = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM_PART}}})([0-9A-Za-z]{{{CHECKSUM}}})")
# The first ones had no checksum; they stay good.
_WRITTEN_BEFORE = re.compile(rf"{PREFIX}[\w-]{{43}}", re.ASCII)


class TokenState(StrEnum):
    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


def new_secret() -> str:
    """A secret that nobody can guess, and that says itself whether it was copied whole."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_PART))
    return f"{PREFIX}{drawn}{_checksum(drawn)}"


def is_well_written(secret: str) -> bool:
    """Can this be a token of ours? Nothing needs to be looked up to refuse one that was copied wrong."""
    if written := _WRITTEN.fullmatch(secret):
        return _checksum(written[1]) == written[2]
    return _WRITTEN_BEFORE.fullmatch(secret) is not None


def _checksum(drawn: str) -> str:
    """CRC-32 in base 62: it tells a slip of the hand, and is no secret."""
    number, written = zlib.crc32(drawn.encode()), ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(_LETTERS))
        written = _LETTERS[digit] + written
    return written


def hint_of(secret: str) -> str:
    """The secret's last characters, by which its holder knows it again."""
    return secret[-SHOWN:]


def state_of(token: ApiToken, as_of: datetime) -> TokenState:
    """Does the token open anything now?"""
    if token.revoked_at:
        return TokenState.REVOKED
    return TokenState.EXPIRED if token.expires_at and token.expires_at <= as_of else TokenState.VALID


def end_of(last_day: date) -> datetime:
    """When a token ends whose last day this is: at midnight in Paris."""
    return datetime.combine(last_day + timedelta(days=1), time.min, PARIS)


def last_day_possible(as_of: datetime, days: int) -> date:
    """The last day of a token that is issued now for as long as tokens last."""
    return as_of.astimezone(PARIS).date() + timedelta(days=days)


def token_faults(name: str, scopes: set[TokenScope], *, has_supplier: bool) -> list[Fault]:
    """What stands against such a token."""
    faults = []
    if not 1 <= len(name) <= LONGEST_NAME or has_hidden(name):
        faults.append(Fault("name", "INVALID", "Le nom du jeton doit compter de 1 à 100 caractères, sur une ligne."))
    if not scopes:
        faults.append(Fault("scopes", "REQUIRED", "Choisissez au moins un droit pour le jeton."))
    if TokenScope.WRITE in scopes and not has_supplier:
        faults.append(Fault("scopes", "INVALID", "Un jeton qui écrit doit être rattaché à un fournisseur."))
    if TokenScope.MANAGE in scopes and (has_supplier or TokenScope.WRITE in scopes):
        faults.append(Fault("scopes", "INVALID", "Un jeton de gestionnaire n’est rattaché à aucun fournisseur."))
    return faults


def day_faults(expires_on: date, as_of: datetime, days: int) -> list[Fault]:
    """What stands against that last day."""
    if as_of.astimezone(PARIS).date() <= expires_on <= last_day_possible(as_of, days):
        return []
    latest = day(last_day_possible(as_of, days))
    return [Fault("expiresOn", "INVALID", f"Le dernier jour du jeton va d’aujourd’hui au {latest}.")]


def may_manage_tokens(actor: Actor) -> bool:
    """May this actor issue tokens, and revoke any?"""
    return actor.role is Role.MANAGER


class TokenRefused(Exception):
    """A token opens nothing: `message` says why to people, `description` to programs, in ASCII.

    Only whoever holds the whole secret learns that it was once good.
    """

    def __init__(self, message: str, description: str) -> None:
        super().__init__(description)
        self.message = message
        self.description = description

    @classmethod
    def misspelt(cls) -> TokenRefused:
        """It cannot be one of ours."""
        length = len(PREFIX) + RANDOM_PART + CHECKSUM
        return cls(
            f"Ce jeton est incomplet ou mal recopié : un jeton commence par « {PREFIX} » et compte {length} "
            "caractères, sans espace.",
            "The token is incomplete or misspelt",
        )

    @classmethod
    def unknown(cls) -> TokenRefused:
        """It is well written, and not one of this portal."""
        return cls(
            "Ce portail ne connaît pas ce jeton : vérifiez qu’il a été émis pour cette adresse.",
            "The token is unknown to this portal",
        )

    @classmethod
    def ended(cls, token: ApiToken) -> TokenRefused:
        """It was good once."""
        if token.revoked_at:
            when = short_moment(token.revoked_at)
            return cls(f"Ce jeton a été révoqué le {when}. Demandez-en un autre à l’ASP.", "The token was revoked")
        when = short_moment(token.expires_at) if token.expires_at else ""
        return cls(f"Ce jeton a expiré le {when}. Demandez-en un autre à l’ASP.", "The token expired")

    @classmethod
    def not_presented(cls) -> TokenRefused:
        """The header holds something else than a token."""
        return cls(
            "Présentez le jeton dans l’en-tête « Authorization », après le mot « Bearer ».",
            "Expected: Bearer and a token",
        )
