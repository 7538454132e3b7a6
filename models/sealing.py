"""What must not be read in the database itself: sealed with the deployment's keys, opened on reading.

Fernet: AES-128-CBC with HMAC-SHA256, a fresh nonce for each value. The first key seals, every key opens, so that a
new one can be put in front and the old ones retired once everything has been sealed again (`solde keys rotate`).
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from settings import settings


class Unreadable(Exception):
    """A sealed value that none of the keys opens: a key is missing, or the value was altered."""


def seal(text: str) -> str:
    """The text as it is kept."""
    return _keys().encrypt(text.encode()).decode()


def unseal(kept: str) -> str:
    """The text that was kept so; else Unreadable."""
    try:
        return _keys().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise Unreadable("no key of SOLDE_DATA_KEYS opens this value") from None


def seal_again(kept: str) -> str:
    """The same text, sealed with the first key."""
    try:
        return _keys().rotate(kept.encode()).decode()
    except InvalidToken:
        raise Unreadable("no key of SOLDE_DATA_KEYS opens this value") from None


def is_sealed_with_the_first_key(kept: str) -> bool:
    """Would the value stay readable if every key but the first were taken away?"""
    try:
        _fernets()[0].decrypt(kept.encode())
    except InvalidToken:
        return False
    return True


def new_key() -> str:
    """A key for SOLDE_DATA_KEYS."""
    return Fernet.generate_key().decode()


def fingerprint(digest: str) -> str:
    """A digest as it may be kept of what can be guessed: without the key, no guess can be tried against it."""
    key = settings.audit_key.get_secret_value() or settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), f"content:{digest}".encode(), sha256).hexdigest()


def _keys() -> MultiFernet:
    return MultiFernet(_fernets())


def _fernets() -> list[Fernet]:
    return _opened(tuple(key.get_secret_value() for key in settings.data_keys), settings.secret_key.get_secret_value())


@cache
def _opened(keys: tuple[str, ...], secret: str) -> list[Fernet]:
    """The keys of the settings; on a developer's machine without any, one made of the secret key."""
    own = keys or (urlsafe_b64encode(sha256(f"data:{secret}".encode()).digest()).decode(),)
    return [Fernet(key) for key in own]
