"""Browsers that an account signed in from before: others who try its password cannot keep them out.

What such a browser keeps is worth nothing but attempts of its own: it has a bound to itself, beside that of strangers.
"""

from __future__ import annotations

import hmac
import secrets

from settings import settings


def familiar_mark(identifier: str) -> str:
    """What a browser keeps of having signed in to that account."""
    name = secrets.token_hex(16)
    return f"{name}.{_seal(name, identifier)}"


def bounded_name(identifier: str, mark: str) -> str:
    """The name under which attempts at this account are bound: for strangers together, for a familiar browser alone."""
    name, _, seal = mark.partition(".")
    if not hmac.compare_digest(_seal(name, identifier).encode(), seal.encode()):
        return identifier
    return f"{identifier} from {name}"


def _seal(name: str, identifier: str) -> str:
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, f"familiar:{name}:{identifier}".encode(), "sha256").hexdigest()
